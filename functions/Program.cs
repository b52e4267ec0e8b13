using RoadSeg.Diagnostics;
using RoadSeg.Functions;
using RoadSeg.Functions.Api;
using RoadSeg.Functions.Datasets;
using RoadSeg.Functions.Diagnostics;
using RoadSeg.Functions.Handler;
using RoadSeg.Functions.Health;
using RoadSeg.Functions.Inference;
using RoadSeg.Functions.Jobs;
using RoadSeg.Functions.Models;
using RoadSeg.Functions.Results;
using RoadSeg.Functions.Review;
using RoadSeg.Functions.Site;
using RoadSeg.Functions.Storage;
using RoadSeg.Functions.Trainings;
using RoadSeg.Functions.Uploads;
using RoadSeg.Functions.Webhooks;
using RoadSeg.Imaging;

using var export = OtlpExport.Start(Logs.Service);
var builder = WebApplication.CreateSlimBuilder(args);
builder.UseHandlerPort();
builder.AddLogs();

VipsLibrary.Initialize(builder.Configuration["ROADSEG_VIPS"]);

builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddStorage(builder.Configuration);
builder.Services.AddPhotoLimits(builder.Configuration);
builder.Services.AddModel(builder.Configuration);
builder.Services.AddApiDocument();
builder.Services.AddSingleton(JobOptions.Read(builder.Configuration));
builder.Services.AddSingleton(CallerKeys.Read(builder.Configuration));
builder.Services.AddSingleton(Operators.Read(builder.Configuration));
builder.Services.AddSingleton<QueueGauge>();
builder.Services.AddSingleton<Admission>();
builder.Services.AddSingleton<RecentJobs>();
builder.Services.AddSingleton<BulkPace>();
builder.Services.AddSingleton<JobWatch>();
builder.Services.AddSingleton<JobList>();
builder.Services.AddSingleton<IdempotencyKeys>();
builder.Services.AddSingleton<KeyedAdmission>();
builder.Services.AddSingleton<JobSubmission>();
builder.Services.AddSingleton<UploadKeys>();
builder.Services.AddSingleton<UploadClaim>();
builder.Services.AddSingleton<PreprocessUpload>();
builder.Services.AddSingleton<ModelLane>();
builder.Services.AddSingleton<SegmentImage>();
builder.Services.AddSingleton<FailPoisoned>();
builder.Services.AddSingleton<Sweep>();
builder.Services.AddSingleton<Retention>();
builder.Services.AddSingleton<TrainingPlans>();
builder.Services.AddSingleton<TrainingList>();
builder.Services.AddSingleton<TrainingSweep>();
builder.Services.AddSingleton<ResultReader>();
builder.Services.AddReview();
builder.Services.AddDatasets(builder.Configuration);
builder.Services.AddWebhooks(builder.Configuration);
builder.Services.AddSite();
builder.Services.AddTelemetry();

var app = builder.Build();
app.UseRequestSpans();
app.UseProblems();

// Triggers: POST /<Function>. No route of functions/host forwards a caller's POST to these paths.
app.MapQueueTrigger<PreprocessUpload>("PreprocessUpload", static (function, message, cancel) => function.InteractiveAsync(message, cancel));
app.MapQueueTrigger<PreprocessUpload>("PreprocessBulk", static (function, message, cancel) => function.BulkAsync(message, cancel));
app.MapQueueTrigger<SegmentImage>("SegmentImage", static (function, message, cancel) => function.RunAsync(message, cancel));
app.MapQueueTrigger<SegmentImage>("SegmentBulk", static (function, message, cancel) => function.BulkAsync(message, cancel));
app.MapQueueTrigger<FailPoisoned>("FailPoisonedUpload", static (function, message, cancel) => function.UploadAsync(message, cancel));
app.MapQueueTrigger<FailPoisoned>("FailPoisonedUploadBulk", static (function, message, cancel) => function.UploadAsync(message, cancel));
app.MapQueueTrigger<FailPoisoned>("FailPoisonedSegmentation", static (function, message, cancel) => function.SegmentationAsync(message, cancel));
app.MapQueueTrigger<FailPoisoned>("FailPoisonedSegmentationBulk", static (function, message, cancel) => function.SegmentationAsync(message, cancel));
app.MapWebhooks();
app.MapDatasetTriggers();
app.MapTimerTrigger<Sweep>("Sweep", static (function, cancel) => function.RunAsync(cancel));
app.MapTimerTrigger<TrainingSweep>("SweepTrainings", static (function, cancel) => function.RunAsync(cancel));
app.MapTimerTrigger<Retention>("Retention", static (function, cancel) => function.RunAsync(cancel));

// HTTP: functions Api (v1/...) and Site (everything else, GET only).
app.MapUploads();
app.MapJobs();
app.MapModels();
app.MapDatasets();
app.MapResults();
app.MapReview();
app.MapTrainings();
app.MapOpenApi("/openapi/{documentName}.json").ExcludeFromDescription();
app.MapHealth();
app.MapSite();

app.Run();
