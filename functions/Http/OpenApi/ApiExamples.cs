using System.Text.Json;
using System.Text.Json.Nodes;
using RoadSeg.Capture;
using RoadSeg.Datasets;
using RoadSeg.Errors;
using RoadSeg.Functions.Api;
using RoadSeg.Functions.Models;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Labels;
using RoadSeg.Models;
using RoadSeg.Registry;
using RoadSeg.Results;
using RoadSeg.Trainings;
using RoadSeg.Work;

namespace RoadSeg.Functions.Http.OpenApi;

/// <summary>Examples of the OpenAPI document: values of the types that are answered, written as they are answered.</summary>
internal static class ApiExamples
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly WorkId Id = WorkId.ForDrop("uploads", "example", "0x1");
    private static readonly JobResult Result = new(
        1,
        "camvid-mnv2",
        "20260301T120000Z-c4eaab0f1d2e",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "cpu"
    );

    private static readonly LabelClass[] Classes =
    [
        new(0, "sky", RgbColor.Parse("#808080")),
        new(1, "building", RgbColor.Parse("#800000")),
    ];

    private static readonly ModelManifest Manifest = new()
    {
        SchemaVersion = ModelManifest.CurrentSchemaVersion,
        Name = Result.Model,
        Version = Result.ModelVersion,
        CreatedAt = Noon,
        Files = new Dictionary<string, PackageFile> { ["model.onnx"] = new(Result.ModelSha256, 9_000_000) },
        Description = "Road scenes in 11 classes.",
        Licence = "CC BY-NC 4.0",
        Graphs = new Dictionary<Precision, string> { [Precision.Fp32] = "model.onnx" },
        Architecture = new Architecture("deeplabv3plus", "mobilenet_v2", 16),
        Labels = new LabelCatalogue(Classes, 11),
        Preprocess = new PreprocessSpec(ResizeMode.KeepAspect, 640, 480, 8),
        Input = new InputContract("image", InputElementType.UInt8, TensorLayout.Nhwc),
        Output = new OutputContract("logits", OutputKind.Logits, TensorLayout.Nchw, 4),
    };

    private static readonly JobRecord Queued = new()
    {
        Id = Id,
        State = JobState.Queued,
        Source = new JobSource("uploads", $"{Id}/image", "0x1", "street.jpg"),
        Tags = new Dictionary<string, string> { ["camera"] = "front" },
        Times = new JobTimes
        {
            CreatedAt = Noon,
            ReceivedAt = Noon.AddMilliseconds(20),
            QueuedAt = Noon.AddMilliseconds(80),
        },
        Image = new JobImage("jpeg", 4032, 3024, 6, 3_400_000),
        Input = new JobInput(480, 360),
        Pin = new ModelPin(Result.Model, Result.ModelVersion),
        Stages = new StageMilliseconds
        {
            Read = 9.5,
            Decode = 48.1,
            Store = 2.2,
        },
    };

    private static readonly JobRecord Succeeded = Queued with
    {
        State = JobState.Succeeded,
        Times = Queued.Times with { StartedAt = Noon.AddMilliseconds(100), FinishedAt = Noon.AddMilliseconds(320) },
        Stages = Queued.Stages with { Claim = 3.1, Fetch = 0.4, Wait = 0, Infer = 61.7, Upsample = 82.3, Encode = 14.2, Commit = 7.9 },
        Attempt = 1,
        Result = Result,
        Captured = new Captured("2026-03-01T12:58:31.27", "+01:00", new CapturedPosition(47.37174, 8.54226, 409.5), null, null),
    };

    private static readonly JobRecord Awaited = Queued with
    {
        State = JobState.AwaitingUpload,
        Times = new JobTimes { CreatedAt = Noon },
        Image = null,
        Input = null,
        Pin = null,
        Stages = new(),
    };

    private static readonly TrainingRecord Training = new()
    {
        Id = Id,
        State = TrainingState.Queued,
        Caller = Callers.Local,
        Plan = new TrainingPlan(
            "city-drives",
            "3f9a0c1d2e4b5a67",
            "finetune",
            new Dictionary<string, string> { ["training.epochs"] = "4" },
            Result.Model,
            "live",
            true
        ),
        Times = new TrainingTimes { CreatedAt = Noon },
    };

    private static readonly TrainingRecord Learning = Training with
    {
        State = TrainingState.Running,
        Times = new TrainingTimes { CreatedAt = Noon, StartedAt = Noon.AddSeconds(4) },
        Attempt = 1,
        Progress = new TrainingProgress(2, 4, 112, 240, 0.31, 0.741, 0.943, 460.5, Noon.AddMinutes(7)),
    };

    private static readonly TrainingRecord Trained = Learning with
    {
        State = TrainingState.Succeeded,
        Times = Learning.Times with { FinishedAt = Noon.AddMinutes(21) },
        Progress = new TrainingProgress(4, 4, 240, 240, 0.27, 0.752, 0.946, 0, Noon.AddMinutes(15)),
        Version = "20260301T122000Z-1b5c7e0a9f34",
        Gate = new GateReport(
            true,
            Result.ModelVersion,
            [
                new GateCheck(
                    "mean-iou",
                    true,
                    0.752,
                    0.7346,
                    "Mean IoU 75.20 % on val, where the live version has 73.96 %: 73.46 % is the least that passes."
                ),
            ],
            Noon.AddMinutes(20)
        ),
    };

    private static readonly Dictionary<(string Operation, string Status), JsonNode?> Examples = new()
    {
        [("issueUploadKey", "request")] = Node(
            new UploadRequest
            {
                FileName = "street.jpg",
                ContentType = "image/jpeg",
                Tags = new Dictionary<string, string> { ["camera"] = "front" },
            },
            JobJson.Default.UploadRequest
        ),
        [("issueUploadKey", "201")] = Node(
            new UploadTicket(
                Id,
                "PUT",
                new Uri(
                    $"https://account.blob.core.windows.net/uploads/{Id}/image?sv=2024-08-04&se=2026-03-01T12%3A05%3A00Z&sr=b&sp=c&sig=..."
                ),
                new Dictionary<string, string> { ["x-ms-blob-type"] = "BlockBlob", ["Content-Type"] = "image/jpeg" },
                Noon.AddMinutes(5),
                67_108_864,
                new Dictionary<string, string> { ["self"] = $"/v1/jobs/{Id}" }
            ),
            JobJson.Default.UploadTicket
        ),
        [("submitJob", "200")] = View(Succeeded),
        [("submitJob", "202")] = View(Awaited),
        [("submitForm", "200")] = View(Succeeded),
        [("submitForm", "202")] = View(Awaited),
        [("getJob", "200")] = View(Queued, new QueuePlace(3, 0.4)),
        [("cancelJob", "200")] = View(
            Queued with
            {
                State = JobState.Canceled,
                Times = Queued.Times with { FinishedAt = Noon.AddMilliseconds(90) },
            }
        ),
        [("putReview", "200")] = View(
            Succeeded with
            {
                Review = new JobReview(
                    "5f2b6c0e8d914a3f9c7e1b2a4d6f80910d3c5e7f2a4b6c8e",
                    "Ana",
                    Noon.AddHours(1),
                    1_245,
                    67,
                    [new ReviewedClass(0, "sky", Classes[0].Color, 421_500, 1_245)]
                ),
            }
        ),
        [("redeliverWebhook", "202")] = View(
            Succeeded with
            {
                Webhook = new JobWebhook
                {
                    Url = "https://app.example/hooks/roadseg",
                    Deliveries = [new WebhookDelivery(1, Noon.AddSeconds(1), StatusCodes.Status410Gone, null, null, 84.2)],
                    RestartedAt = Noon.AddMinutes(30),
                },
            }
        ),
        [("testWebhook", "request")] = Node(
            new WebhookTestRequest("https://app.example/hooks/roadseg"),
            JobJson.Default.WebhookTestRequest
        ),
        [("testWebhook", "200")] = Node(
            new WebhookTestResult(true, StatusCodes.Status204NoContent, null, 84.2, $"msg_{Id}"),
            JobJson.Default.WebhookTestResult
        ),
        [("issueDatasetUploads", "request")] = Node(
            new DatasetUploadRequest(["images/0001.png", "masks/0001.png", "dataset.json"]),
            DatasetRecordJson.Default.DatasetUploadRequest
        ),
        [("issueDatasetUploads", "200")] = Node(
            new DatasetUploadTicket(
                new Dictionary<string, string> { ["x-ms-blob-type"] = "BlockBlob" },
                Noon.AddHours(1),
                [
                    new DatasetFileTicket(
                        "dataset.json",
                        new Uri("https://account.blob.core.windows.net/datasets/city/dataset.json?sv=2024-08-04&sr=b&sp=cw&sig=...")
                    ),
                ]
            ),
            DatasetRecordJson.Default.DatasetUploadTicket
        ),
        [("listReview", "200")] = Node(
            new ReviewPage(
                [
                    new ReviewItem(
                        Id,
                        Noon,
                        "street.jpg",
                        new ModelPin(Result.Model, Result.ModelVersion),
                        [ReviewReason.Confidence, ReviewReason.Disagreement],
                        0.6312,
                        "building",
                        0.2204,
                        new ModelPin(Result.Model, "20260302T120000Z-0a1b2c3d4e5f"),
                        false,
                        new Dictionary<string, string>
                        {
                            ["job"] = $"/v1/jobs/{Id}",
                            ["mask"] = $"/v1/jobs/{Id}/mask",
                            ["overlay"] = $"/v1/jobs/{Id}/overlay",
                            ["confidence"] = $"/v1/jobs/{Id}/confidence",
                        }
                    ),
                ],
                "bmV4dCBwYWdl"
            ),
            JobJson.Default.ReviewPage
        ),
        [("listJobs", "200")] = Node(new JobPage([JobView.Of(Succeeded)], "bmV4dCBwYWdl"), JobJson.Default.JobPage),
        [("getSummary", "200")] = Node(
            new ResultSummary
            {
                Width = 4032,
                Height = 3024,
                Model = Result,
                Input = new JobInput(480, 360),
                Preprocess = new PreprocessSpec(ResizeMode.KeepAspect, 480, 360),
                Present = [0, 3],
                Classes =
                [
                    new ClassShare(0, "sky", RgbColor.Parse("#808080"), 4_064_256, 1.0 / 3, 0.98),
                    new ClassShare(3, "road", RgbColor.Parse("#804080"), 8_128_512, 2.0 / 3, 0.96),
                ],
            },
            JobJson.Default.ResultSummary
        ),
        [("getPolygons", "200")] = Node(
            RegionFinder.Find(
                [0, 1, 1, 0, 1, 1],
                3,
                2,
                static id => (Classes[id].Name, Classes[id].Color),
                new RegionOptions { MinArea = 1 }
            ),
            ResultJson.Plain.MaskRegions
        ),
        [("listModels", "200")] = Node(
            new ModelList([
                new ModelView(
                    Result.Model,
                    Result.ModelVersion,
                    "Road scenes in 11 classes.",
                    "CC BY-NC 4.0",
                    "deeplabv3plus",
                    "mobilenet_v2",
                    [],
                    new Dictionary<string, string>
                    {
                        ["self"] = $"/v1/models/{Result.Model}/versions/{Result.ModelVersion}",
                        ["versions"] = $"/v1/models/{Result.Model}/versions",
                    },
                    ModelState.Live,
                    Result.ModelVersion
                ),
            ]),
            ModelJson.Default.ModelList
        ),
        [("listModelVersions", "200")] = Versions(),
        [("promoteModelVersion", "request")] = Node(new PromoteRequest(true), RegistryJson.Default.PromoteRequest),
        [("promoteModelVersion", "200")] = Versions(),
        [("rollBackModel", "200")] = Versions(),
        [("getModelVersion", "200")] = JsonNode.Parse(ModelManifestJson.Serialize(Manifest)),
        [("startTraining", "request")] = Node(
            new TrainingRequest { Dataset = Training.Plan.Dataset, Settings = Training.Plan.Settings },
            TrainingJson.Default.TrainingRequest
        ),
        [("startTraining", "202")] = Node(TrainingView.Of(Training), TrainingJson.Default.TrainingView),
        [("getTraining", "200")] = Node(TrainingView.Of(Learning), TrainingJson.Default.TrainingView),
        [("cancelTraining", "200")] = Node(
            TrainingView.Of(
                Learning with
                {
                    State = TrainingState.Canceled,
                    Times = Learning.Times with { FinishedAt = Noon.AddMinutes(8) },
                }
            ),
            TrainingJson.Default.TrainingView
        ),
        [("listTrainings", "200")] = Node(new TrainingPage([TrainingView.Of(Trained)], "bmV4dCBwYWdl"), TrainingJson.Default.TrainingPage),
        [("listLabels", "200")] = Node(
            new LabelList([
                new LabelView(
                    Result.Model,
                    [new LabelClass(0, "sky", RgbColor.Parse("#808080")), new LabelClass(1, "building", RgbColor.Parse("#800000"))]
                ),
            ]),
            ModelJson.Default.LabelList
        ),
    };

    private static JsonNode? Versions()
    {
        var (name, live, before) = (Result.Model, Result.ModelVersion, "20260201T120000Z-5f0c2e9a7b41");
        ModelVersionView Version(string version, ModelState state, DateTimeOffset at, GateReport? gate) =>
            new(
                name,
                version,
                state,
                at,
                "local",
                gate is null ? null : Id,
                gate is null ? null : "camvid/20260228T090000Z-77aa01f2",
                gate,
                [
                    new MetricSet(
                        "camvid",
                        "val",
                        480,
                        360,
                        new Dictionary<string, double> { ["meanIoU"] = 0.74, ["pixelAccuracy"] = 0.942 },
                        at,
                        "./roadseg evaluate"
                    ),
                ],
                new Dictionary<string, string>
                {
                    ["self"] = $"/v1/models/{name}/versions/{version}",
                    ["card"] = $"/v1/models/{name}/versions/{version}/card",
                }
            );
        var gate = new GateReport(true, before, [new GateCheck("mean-iou", true, 0.74, 0.73, "0.740, the live version 0.735.")], Noon);
        return Node(
            new ModelVersionList(
                name,
                live,
                [Version(live, ModelState.Live, Noon, gate), Version(before, ModelState.Retired, Noon.AddDays(-28), null)],
                [new PointerMove(before, Noon.AddDays(-28), "seed", "seed"), new PointerMove(live, Noon.AddMinutes(1), "promote", "local")],
                before
            ),
            RegistryJson.Default.ModelVersionList
        );
    }

    /// <summary>The example of an operation's answer; null where there is none, as for pictures.</summary>
    public static JsonNode? Of(string operation, string status) =>
        Examples.GetValueOrDefault((operation, status))?.DeepClone()
        ?? Datasets.DatasetExamples.Of(operation, status)
        ?? Audits.AuditExamples.Of(operation, status)
        ?? Batches.BatchExamples.Of(operation, status)
        ?? Submissions.SubmissionExamples.Of(operation, status);

    public static JsonNode Problem(ErrorCode code) =>
        Node(Api.Problem.Of(code, "What is wrong with this request, and what to do, in a sentence."), ApiJson.Default.Problem)!;

    public static JsonNode Webhook() => Node(WebhookEvent.Of(Succeeded), JobJson.Default.WebhookEvent)!;

    private static JsonNode? View(JobRecord job, QueuePlace? place = null) => Node(JobView.Of(job, place), JobJson.Default.JobView);

    private static JsonNode? Node<T>(T value, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> form) =>
        JsonSerializer.SerializeToNode(value, form);
}
