using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using RoadSeg.Capture;
using RoadSeg.Datasets;
using RoadSeg.Datasets.Audits;
using RoadSeg.Datasets.Comparison;
using RoadSeg.Errors;
using RoadSeg.Functions.Api;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Labels;
using RoadSeg.Models;
using RoadSeg.Registry;
using RoadSeg.Results;
using RoadSeg.Trainings;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Api;

/// <summary>What crosses a process or a deployment, pinned: a renamed member shows up as a changed file (ROADSEG_PIN=1 writes the files anew).</summary>
public sealed class ContractTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly WorkId Id = WorkId.ForDrop("uploads", "cam1/street.jpg", "0x8DA");

    private const string Trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private static readonly JobRecord Succeeded = new()
    {
        Id = Id,
        State = JobState.Succeeded,
        Caller = "key-0123456789abcdef",
        Source = new JobSource("uploads", "cam1/street.jpg", "0x8DA", "street.jpg"),
        Upload = new JobUpload(Noon.AddMinutes(5)),
        Model = "camvid-mnv2",
        Pin = new ModelPin("camvid-mnv2", "20260301T120000Z-c4eaab0f"),
        Tags = new Dictionary<string, string> { ["camera"] = "front" },
        Webhook = new JobWebhook
        {
            Url = "https://example.com/hook",
            Deliveries = [new WebhookDelivery(1, Noon.AddSeconds(1), 204, null, null)],
            DeliveredAt = Noon.AddSeconds(1),
        },
        Lane = WorkLane.Bulk,
        Ticket = 41,
        TraceParent = Trace,
        Times = new JobTimes
        {
            CreatedAt = Noon,
            ReceivedAt = Noon,
            QueuedAt = Noon.AddMilliseconds(30),
            StartedAt = Noon.AddMilliseconds(40),
            FinishedAt = Noon.AddMilliseconds(120),
        },
        Attempt = 2,
        Image = new JobImage("jpeg", 751, 563, 6, 123456),
        Input = new JobInput(320, 240),
        InputFile = "input-9f86d081884c4d659a2feaa0c55ad015",
        Stages = new StageMilliseconds { Read = 1.5, Decode = 12, Store = 2, Claim = 3, Fetch = 1, Wait = 0, Infer = 40, Upsample = 5, Encode = 3, Commit = 4 },
        Result = new JobResult(2, "camvid-mnv2", "20260301T120000Z-c4eaab0f", new string('a', 64), "cpu"),
        Review = new JobReview("5f2b6c0e8d914a3f9c7e1b2a4d6f80910d3c5e7f2a4b6c8e", "Ana", Noon.AddHours(1), 12_345, 67, [new ReviewedClass(0, "sky", RgbColor.Parse("#808080"), 421_500, 12_000), new ReviewedClass(1, "building", RgbColor.Parse("#800000"), 1_246, 278)]),
    };

    // What was there before stays as it was in the files of its name: records without these are read for as long as they are kept.
    private static readonly JobRecord Located = Succeeded with
    {
        Privacy = JobPrivacy.NoLocation,
        Captured = new Captured("2026-03-01T13:34:56.78", "+11:00", new CapturedPosition(-33.85868333, 151.21436667, 58.3), new CapturedDirection(271.5, CapturedNorth.Magnetic), new CapturedCamera("Canon", "EOS R6")),
        Shares = new Dictionary<string, double> { ["sky"] = 0.25, ["road"] = 0.75 },
    };

    private static readonly ModelVersion Version = new(
        "camvid-mnv2", "2", Noon, $"training {Id}", new string('b', 64), Id, "camvid/20260228T090000Z-77aa01f2",
        new GateReport(true, "1", [new GateCheck("mean-iou", true, 0.74, 0.73, "0.740, the live version 0.735."), new GateCheck("latency", true, null, null, "Nothing was measured.")], Noon));

    private static readonly ModelPointer Pointer = new("2", ["1"], [new PointerMove("1", Noon, "seed", "seed"), new PointerMove("2", Noon.AddHours(1), "promote", $"training {Id}")]);

    private static readonly DatasetRecord Checked = new()
    {
        Name = "city-2026",
        State = DatasetState.Checking,
        Drop = "0x8DA",
        Owner = new WorkOwner("800a-1", Noon.AddSeconds(1)),
        RepairedAt = Noon.AddMinutes(-1),
        ReceivedAt = Noon,
        FinishedAt = Noon.AddSeconds(90),
        Progress = new DatasetProgress("reading", 412, 1001),
        Setback = new DatasetSetback("storage-unavailable", "The data set's storage did not answer. Try again later.", Noon.AddSeconds(40)),
        Late = new DatasetLate(12, "12 files arrived after dataset.json."),
        Version = "5f0c1d2e3a4b5c6d",
        Versions = ["0123456789abcdef", "5f0c1d2e3a4b5c6d"],
        Training = Id,
    };

    private static readonly AuditRecord Audited = new()
    {
        Dataset = "city-2026",
        Version = "5f0c1d2e3a4b5c6d",
        Run = Id,
        State = AuditState.Running,
        Caller = "key-0123456789abcdef",
        Model = new ModelPin("camvid-mnv2", "2"),
        CreatedAt = Noon,
        StartedAt = Noon.AddSeconds(1),
        FinishedAt = Noon.AddMinutes(9),
        Owner = new WorkOwner("800a-1", Noon.AddSeconds(1)),
        RepairedAt = Noon.AddMinutes(1),
        Progress = new DatasetProgress("auditing", 412, 1001),
        Checkpoint = "checkpoint-00000400.json",
        Regions = 1000,
        Failure = new WorkFailure("model-invalid", "The model is broken.", false),
        Setback = new DatasetSetback("storage-unavailable", "It did not answer.", Noon.AddSeconds(40)),
    };

    private static readonly TrainingRecord Training = new()
    {
        Id = Id,
        State = TrainingState.Publishing,
        Caller = "key-0123456789abcdef",
        Plan = new TrainingPlan("city-drives", "3f9a0c1d2e4b5a67", "finetune", new Dictionary<string, string> { ["training.epochs"] = "4" }, "camvid-mnv2", "live", true),
        Times = new TrainingTimes { CreatedAt = Noon, StartedAt = Noon.AddSeconds(4) },
        Owner = new WorkOwner("800a-1", Noon.AddMinutes(20)),
        Attempt = 2,
        Checkpoint = 240,
        FruitfulDeliveries = 1,
        Progress = new TrainingProgress(4, 4, 240, 240, 0.27, 0.75, 0.945, 0, Noon.AddMinutes(15)),
        Version = "20260301T122000Z-1b5c7e0a9f34",
        Gate = new GateReport(false, "20260301T120000Z-c4eaab0f1d2e", [new GateCheck("mean-iou", false, 0.75, 0.76, "Less."), new GateCheck("latency", true, null, 1.25, "Nothing to measure.")], Noon.AddMinutes(20)),
    };

    [Fact]
    public void The_job_record_keeps_its_form() => Golden.Pinned("job-record", Succeeded, JobJson.Default.JobRecord);

    [Fact]
    public void The_job_view_keeps_its_form() => Golden.Pinned("job-view", JobView.Of(Succeeded), JobJson.Default.JobView);

    [Fact]
    public void The_record_of_a_job_that_says_where_its_photo_was_taken_keeps_its_form() => Golden.Pinned("job-record-captured", Located, JobJson.Default.JobRecord);

    [Fact]
    public void The_view_of_a_job_that_says_where_its_photo_was_taken_keeps_its_form() => Golden.Pinned("job-view-captured", JobView.Of(Located), JobJson.Default.JobView);

    [Fact]
    public void Jobs_as_GeoJSON_keep_their_form() => Golden.Pinned("job-features", JobFeatures.Of([Located], "bmV4dA"), JobJson.Default.JobFeatures);

    [Fact]
    public void The_record_of_a_data_set_keeps_its_form() => Golden.Pinned("dataset-record", Checked, DatasetRecordJson.Default.DatasetRecord);

    [Fact]
    public void The_view_of_a_data_set_keeps_its_form() => Golden.Pinned(
        "dataset-view", DatasetView.Of(Checked with { State = DatasetState.Failed, Failure = new WorkFailure("dataset-empty", "The data set holds no image with a mask.", false) }), DatasetRecordJson.Default.DatasetView);

    [Fact]
    public void The_record_of_an_audit_keeps_its_form() => Golden.Pinned("audit-record", Audited, AuditJson.Default.AuditRecord);

    [Fact]
    public void The_view_of_an_audit_keeps_its_form() => Golden.Pinned("audit-view", AuditView.Of(Audited), AuditJson.Default.AuditView);

    [Fact]
    public void The_message_of_an_audit_keeps_its_form() =>
        Golden.Pinned("audit-message", new AuditMessage("city-2026", "5f0c1d2e3a4b5c6d", Id, Noon), AuditJson.Default.AuditMessage);

    [Fact]
    public void A_request_for_an_audit_keeps_its_form() => Golden.Pinned("audit-request", new AuditRequest("camvid-mnv2@2"), AuditJson.Default.AuditRequest);

    [Fact]
    public void A_page_of_disputed_regions_keeps_its_form() => Golden.Pinned("audit-region-page", new AuditRegionPage(
        1000, 51_200_000, 3_100_000, [new ChangedPair("road", "car", 12_345, 17)], [new SkippedPhoto("drive-7/0100", "It has no labelled pixel.")], ["A note."], 5321,
        [new AuditRegionView(1, "drive-7/0099", "train", [120, 40, 35, 28], 612, "road", "car", 0.9312, 0.9804, "/v1/datasets/city-2026/versions/5f0c1d2e3a4b5c6d/audit/crops/000412-003.png")],
        50), AuditJson.Default.AuditRegionPage);

    [Fact]
    public void The_list_of_data_sets_keeps_its_form() => Golden.Pinned(
        "dataset-list", new DatasetList([DatasetView.Of(Checked with { FinishedAt = null, Training = null })]), DatasetRecordJson.Default.DatasetList);

    [Fact]
    public void The_view_of_a_queued_job_keeps_its_form() => Golden.Pinned("job-page", new JobPage([JobView.Of(Succeeded with { State = JobState.Queued, Result = null }, new QueuePlace(3, 1.5))], "bmV4dA"), JobJson.Default.JobPage);

    [Fact]
    public void An_upload_ticket_keeps_its_form() => Golden.Pinned("upload-ticket", new UploadTicket(
        Id, "PUT", new Uri($"https://account.blob.core.windows.net/uploads/{Id}/image?sp=c&sig=a"), new Dictionary<string, string> { ["x-ms-blob-type"] = "BlockBlob" }, Noon, 67108864,
        new Dictionary<string, string> { ["self"] = $"/v1/jobs/{Id}" }), JobJson.Default.UploadTicket);

    [Fact]
    public void An_upload_request_keeps_its_form() => Golden.Pinned("upload-request", new UploadRequest
    {
        FileName = "street.jpg",
        ContentType = "image/jpeg",
        Model = "camvid-mnv2",
        Tags = new Dictionary<string, string> { ["camera"] = "front" },
        Webhook = "https://example.com/hook",
    }, JobJson.Default.UploadRequest);

    [Fact]
    public void An_idempotency_entry_keeps_its_form() => Golden.Pinned("idempotency-entry", new IdempotencyEntry(Id, new string('a', 64)), JobJson.Default.IdempotencyEntry);

    [Fact]
    public void A_failed_job_keeps_its_form() => Golden.Pinned("job-view-failed", JobView.Of(Succeeded with
    {
        State = JobState.Failed,
        Result = null,
        Review = null,
        Failure = new WorkFailure("image-corrupt", "The JPEG ends early.", false),
    }), JobJson.Default.JobView);

    [Fact]
    public void The_summary_keeps_its_form() => Golden.Pinned("result-summary", new ResultSummary
    {
        Width = 2,
        Height = 2,
        Model = Succeeded.Result!,
        Input = new JobInput(320, 240),
        Preprocess = new PreprocessSpec(ResizeMode.KeepAspect, 320, 240),
        Present = [0],
        Classes = [new ClassShare(0, "sky", RgbColor.Parse("#808080"), 4, 1, 0.75), new ClassShare(1, "road", RgbColor.Parse("#804080"), 0, 0, null)],
    }, JobJson.Default.ResultSummary);

    [Fact]
    public void The_summary_of_a_photo_that_says_where_it_was_taken_keeps_its_form() => Golden.Pinned(
        "result-summary-captured", JsonSerializer.Deserialize(Golden.Text("result-summary"), JobJson.Default.ResultSummary)! with { Captured = Located.Captured }, JobJson.Default.ResultSummary);

    [Fact]
    public void A_summary_of_an_older_version_is_read()
    {
        var old = JsonNode.Parse(Golden.Text("result-summary"))!.AsObject();
        old.Remove("present");
        old.Remove("preprocess");

        var read = JsonSerializer.Deserialize(old, JobJson.Default.ResultSummary)!;

        Assert.Equal((null, null, null), (read.Present, read.Preprocess, read.Captured));
        Assert.Equal(4, read.Classes[0].Pixels);
    }

    [Fact]
    public void A_webhook_keeps_its_form_and_does_not_hold_its_own_deliveries() =>
        Golden.Pinned("webhook-event", WebhookEvent.Of(Succeeded), JobJson.Default.WebhookEvent);

    [Fact]
    public void The_polygons_keep_their_form()
    {
        (string, RgbColor)[] labels = [("sky", RgbColor.Parse("#808080")), ("road", RgbColor.Parse("#804080"))];

        var regions = RegionFinder.Find([0, 1, 1, 0, 1, 1], 3, 2, id => labels[id], new RegionOptions { MinArea = 1 });

        Golden.Pinned("mask-regions", regions, ResultJson.Default.MaskRegions);
    }

    [Fact]
    public void The_segmentation_message_keeps_its_form() =>
        Golden.Pinned("segmentation-message", new SegmentationMessage(Id, 41, Trace, Succeeded.InputFile, Noon.AddMilliseconds(30)), JobJson.Default.SegmentationMessage);

    [Fact]
    public void The_webhook_message_keeps_its_form() => Golden.Pinned("webhook-message", new WebhookMessage(Id, 2, Trace), JobJson.Default.WebhookMessage);

    [Fact]
    public void The_training_record_keeps_its_form() => Golden.Pinned("training-record", Training, TrainingJson.Default.TrainingRecord);

    [Fact]
    public void The_training_view_keeps_its_form_and_names_neither_caller_nor_owner() => Golden.Pinned("training-view", TrainingView.Of(Training, new TrainingWait(Noon.AddMinutes(16), 2, "It waits for a trainer that is free; one is running.")), TrainingJson.Default.TrainingView);

    [Fact]
    public void A_page_of_training_runs_keeps_its_form() => Golden.Pinned("training-page", new TrainingPage(
        [TrainingView.Of(Training with { State = TrainingState.Failed, Version = null, Gate = null, Failure = new WorkFailure("training-invalid", "The loss is NaN.", false) })], "bmV4dA", 2), TrainingJson.Default.TrainingPage);

    [Fact]
    public void The_training_request_keeps_its_form() => Golden.Pinned("training-request", new TrainingRequest
    {
        Dataset = "city-drives",
        Version = "3f9a0c1d2e4b5a67",
        Recipe = "finetune",
        Settings = new Dictionary<string, string> { ["training.epochs"] = "4" },
        Model = "camvid-mnv2",
        Init = "live",
        Promote = false,
    }, TrainingJson.Default.TrainingRequest);

    [Fact]
    public void The_training_message_keeps_its_form() => Golden.Pinned("training-message", new TrainingMessage(Id), TrainingJson.Default.TrainingMessage);

    [Fact]
    public void A_record_from_before_callers_and_lanes_is_still_read()
    {
        var read = JsonSerializer.Deserialize(Golden.Text("job-record-early"), JobJson.Default.JobRecord)!;

        Assert.Equal((Id, Callers.Local, WorkLane.Interactive, JobState.Succeeded), (read.Id, read.Caller, read.Lane, read.State));
        Assert.Equal(2, read.Result!.Attempt);
        Assert.Null(read.Pin);
        Assert.Null(read.Review);
        Assert.Equal((null, null, null), (read.Captured, read.Privacy, read.Shares));
    }

    [Theory]
    [InlineData("""{"jobId":"6nw4e5s91hv5ydm29kzp0na320","ticket":41}""")]
    [InlineData("""{"jobId":"6nw4e5s91hv5ydm29kzp0na320","ticket":41,"traceparent":null,"later":1}""")]
    public void A_segmentation_message_from_before_traces_and_one_of_a_later_version_are_read(string json) =>
        Assert.Equal(new SegmentationMessage(Id, 41), MessageBody.TryRead(Encoding.UTF8.GetBytes(json), JobJson.Default.SegmentationMessage));

    [Fact]
    public void A_webhook_message_from_before_traces_is_read() =>
        Assert.Equal(new WebhookMessage(Id, 2), JsonSerializer.Deserialize("""{"jobId":"6nw4e5s91hv5ydm29kzp0na320","attempt":2}""", JobJson.Default.WebhookMessage));

    [Theory]
    [InlineData("2026-03-01T12:00:00.1234567Z", true)]
    [InlineData("yesterday", false)]
    [InlineData("", false)]
    public void An_events_time_that_cannot_be_read_does_not_make_the_event_unreadable(string time, bool known)
    {
        var read = BlobCreatedEvent.TryParse(JsonSerializer.SerializeToUtf8Bytes(
            BlobCreatedEvent.For("uploads", "a.jpg", "0x1", 6) with { EventTime = time }, JobJson.Default.BlobCreatedEvent));

        Assert.Equal(known, read!.At is not null);
    }

    [Fact]
    public void The_pointer_of_a_model_keeps_its_form() => Golden.Pinned("model-pointer", Pointer, RegistryJson.Default.ModelPointer);

    [Fact]
    public void The_photos_of_a_shadow_run_keep_their_form() => Golden.Pinned(
        "shadow-run", new ShadowRun("20260301T120000Z-c4eaab0f", "20260201T120000Z-0a1b2c3d", Noon, [new PhotoDisagreement(Id, 0.4131)]), RegistryJson.Default.ShadowRun);

    [Fact]
    public void A_page_of_photos_to_review_keeps_its_form() => Golden.Pinned("review-page", new ReviewPage(
        [new ReviewItem(Id, Noon, "street.jpg", new ModelPin("camvid-mnv2", "20260301T120000Z-c4eaab0f"), [ReviewReason.Confidence, ReviewReason.Disagreement], 0.6312, "building", 0.4131, new ModelPin("camvid-mnv2", "20260302T120000Z-0a1b2c3d"), true,
            new Dictionary<string, string> { ["job"] = $"/v1/jobs/{Id}" })], "bmV4dA"), JobJson.Default.ReviewPage);

    [Fact]
    public void The_record_of_a_version_keeps_its_form() => Golden.Pinned("model-version", Version, RegistryJson.Default.ModelVersion);

    [Fact]
    public void The_list_of_versions_keeps_its_form() => Golden.Pinned("model-version-list", new ModelVersionList(
        Version.Name, Version.Version,
        [
            new ModelVersionView(
                Version.Name, Version.Version, Pointer.StateOf(Version.Version), Version.PublishedAt, Version.PublishedBy, Version.Training, Version.Dataset, Version.Gate,
                [new MetricSet("camvid", "val", 480, 360, new Dictionary<string, double> { ["meanIoU"] = 0.74 }, Noon, "./roadseg evaluate")],
                new Dictionary<string, string> { ["self"] = "/v1/models/camvid-mnv2/versions/2" }),
            new ModelVersionView(Version.Name, "1", Pointer.StateOf("1"), null, null, null, null, null, [], new Dictionary<string, string>()),
        ],
        Pointer.History, Pointer.Previous(null)), RegistryJson.Default.ModelVersionList);

    [Fact]
    public void A_request_to_promote_keeps_its_form() => Golden.Pinned("promote-request", new PromoteRequest(true), RegistryJson.Default.PromoteRequest);

    [Fact]
    public void The_event_the_service_sends_itself_keeps_its_form() =>
        Golden.Pinned("blob-created-event", BlobCreatedEvent.For("uploads", "cam1/street.jpg", "\"0x8DA\"", 6, Noon), JobJson.Default.BlobCreatedEvent);

    [Fact]
    public void A_problem_keeps_its_form() =>
        Golden.Pinned("problem", Problem.Of(ErrorCodes.JobNotFound, "No job has this id."), ApiJson.Default.Problem);

    [Fact]
    public void An_event_grid_event_is_read_with_a_path_of_spaces_and_unicode()
    {
        var read = BlobCreatedEvent.TryParse(Encoding.UTF8.GetBytes(Golden.Text("event-grid-blob-created")));

        Assert.NotNull(read);
        Assert.Equal(("uploads", "cam 1/straße/../ü.jpg"), (read.Container, read.Path));
        Assert.Equal("0x8D4BCC2E4835CD0", read.Data.ETag);
        Assert.Equal(524288, read.Data.ContentLength);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("\r\n  ", "\n")]
    public void An_event_is_read_as_json_and_as_the_base64_of_it(string before, string after)
    {
        var json = Golden.Text("event-grid-blob-created");

        var plain = BlobCreatedEvent.TryParse(Encoding.UTF8.GetBytes(before + json + after));
        var encoded = BlobCreatedEvent.TryParse(Encoding.UTF8.GetBytes(before + Convert.ToBase64String(Encoding.UTF8.GetBytes(json)) + after));

        Assert.NotNull(plain);
        Assert.Equal(("uploads", "cam 1/straße/../ü.jpg"), (plain.Container, plain.Path));
        Assert.Equal(plain, encoded);
    }

    [Theory]
    [InlineData("bm8ganNvbg==")]
    [InlineData("e30=")]
    [InlineData("W10=")]
    [InlineData("eyJ")]
    [InlineData("no base64 at all")]
    public void Base64_of_something_else_is_not_read_as_an_event(string text) => Assert.Null(BlobCreatedEvent.TryParse(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"eventType":"Microsoft.Storage.BlobDeleted","subject":"/blobServices/default/containers/uploads/blobs/a","data":{}}""")]
    [InlineData("""{"eventType":"Microsoft.Storage.BlobCreated","subject":"/blobServices/default/containers/uploads","data":{}}""")]
    [InlineData("""{"eventType":"Microsoft.Storage.BlobCreated","subject":"/blobServices/default/containers//blobs/a","data":{}}""")]
    [InlineData("""{"eventType":"Microsoft.Storage.BlobCreated","subject":"/blobServices/default/containers/uploads/blobs/","data":{}}""")]
    public void What_is_no_blob_created_event_is_not_read_as_one(string json) =>
        Assert.Null(BlobCreatedEvent.TryParse(Encoding.UTF8.GetBytes(json)));
}
