using RoadSeg.Functions;
using RoadSeg.Functions.Api;
using RoadSeg.Functions.Handler;
using RoadSeg.Functions.Health;
using RoadSeg.Functions.Inference;
using RoadSeg.Functions.Jobs;
using RoadSeg.Functions.Models;
using RoadSeg.Functions.Results;
using RoadSeg.Functions.Site;
using RoadSeg.Functions.Storage;
using RoadSeg.Functions.Uploads;
using RoadSeg.Imaging;

var builder = WebApplication.CreateSlimBuilder(args);
builder.UseHandlerPort();
builder.AddLogs();

VipsLibrary.Initialize(builder.Configuration["ROADSEG_VIPS"]);

builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddStorage(builder.Configuration);
builder.Services.AddPhotoLimits(builder.Configuration);
builder.Services.AddModel(builder.Configuration);
builder.Services.AddSingleton<JobSubmission>();
builder.Services.AddSingleton<UploadClaim>();
builder.Services.AddSingleton<PreprocessUpload>();
builder.Services.AddSingleton<ModelLane>();
builder.Services.AddSingleton<SegmentImage>();
builder.Services.AddSingleton<FailPoisoned>();
builder.Services.AddSingleton<ResultReader>();

var app = builder.Build();
app.UseProblems();

// Triggers: POST /<Function>. No route of functions/host forwards a caller's POST to these paths.
app.MapQueueTrigger<PreprocessUpload>("PreprocessUpload", static (function, message, cancel) => function.RunAsync(message, cancel));
app.MapQueueTrigger<SegmentImage>("SegmentImage", static (function, message, cancel) => function.RunAsync(message, cancel));
app.MapQueueTrigger<FailPoisoned>("FailPoisonedUpload", static (function, message, cancel) => function.UploadAsync(message, cancel));
app.MapQueueTrigger<FailPoisoned>("FailPoisonedSegmentation", static (function, message, cancel) => function.SegmentationAsync(message, cancel));

// HTTP: functions Api (v1/...) and Site (everything else, GET only).
app.MapJobs();
app.MapResults();
app.MapHealth();
app.MapSite();

app.Run();
