using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using RoadSeg.Functions.Datasets;
using RoadSeg.Functions.Diagnostics;
using RoadSeg.Functions.Hosting;
using RoadSeg.Functions.Http;
using RoadSeg.Functions.Jobs;
using RoadSeg.Functions.Models;
using RoadSeg.Functions.Results;
using RoadSeg.Functions.Storage;
using RoadSeg.Functions.Trainings;
using RoadSeg.Functions.Uploads;
using RoadSeg.Functions.Webhooks;

try
{
    var builder = FunctionsApplication.CreateBuilder(args).ConfigureFunctionsWebApplication();
    NativeLibraries.Load(builder.Configuration);
    builder.UseMiddleware<FailureLog>();
    builder.AddLogs();
    builder.AddTelemetry();
    builder.Services.AddSingleton(TimeProvider.System);
    builder.Services.AddStorage(builder.Configuration);
    builder.Services.AddUploads(builder.Configuration);
    builder.Services.AddJobs(builder.Configuration);
    builder.Services.AddModels(builder.Configuration);
    builder.Services.AddResults();
    builder.Services.AddDatasets(builder.Configuration);
    builder.Services.AddTrainings();
    builder.Services.AddWebhooks(builder.Configuration);
    builder.Services.AddHttp();
    builder.Build().Run();
    return 0;
}
catch (InvalidOperationException e)
{
    // A setting or a native library that cannot be used: the sentence says which and what to do, a stack trace would not.
    Console.Error.WriteLine(e.Message);
    return 1;
}
