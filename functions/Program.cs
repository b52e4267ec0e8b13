using Microsoft.Azure.Functions.Worker.Builder;
using RoadSeg.Functions.Datasets;
using RoadSeg.Functions.Hosting;
using RoadSeg.Functions.Http;
using RoadSeg.Functions.Jobs;
using RoadSeg.Functions.Models;
using RoadSeg.Functions.Results;
using RoadSeg.Functions.Review;
using RoadSeg.Functions.Segmentation;
using RoadSeg.Functions.Storage;
using RoadSeg.Functions.Submissions;
using RoadSeg.Functions.Trainings;
using RoadSeg.Functions.Uploads;
using RoadSeg.Functions.Webhooks;
using RoadSeg.Startup;

IHost worker;
try
{
    var builder = FunctionsApplication.CreateBuilder(args).ConfigureFunctionsWebApplication();
    var settings = builder.Configuration;
    NativeLibraries.Load(settings["ROADSEG_VIPS"]);
    builder.UseMiddleware<FailureLog>();
    builder.AddLogs();
    builder.AddTelemetry();
    builder.Services.AddSingleton(TimeProvider.System);
    builder.Services.AddStorage(settings);
    builder.Services.AddUploads(settings);
    builder.Services.AddJobs(settings);
    builder.Services.AddSubmissions();
    builder.Services.AddModels(settings);
    builder.Services.AddSegmentation();
    builder.Services.AddResults();
    builder.Services.AddReview();
    builder.Services.AddDatasets(settings);
    builder.Services.AddTrainings();
    builder.Services.AddWebhooks(settings);
    builder.Services.AddHttp();
    HostAddress.Require(settings);
    worker = builder.Build();
}
catch (InvalidOperationException e)
{
    // A setting or a native library that cannot be used: the sentence says which and what to do, a stack trace would not.
    Console.Error.WriteLine(e.Message);
    return 1;
}

worker.Run();
return 0;
