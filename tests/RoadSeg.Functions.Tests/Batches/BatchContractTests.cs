using RoadSeg.Batches;
using RoadSeg.Capture;
using RoadSeg.Clips;
using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Batches;

/// <summary>What of batches crosses a process or a deployment, pinned.</summary>
public sealed class BatchContractTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly WorkId Id = WorkId.Of(Noon, "anna", "drive-7");
    private static readonly JobWebhook Hook = new() { Url = "https://example.com/hook", Deliveries = [new WebhookDelivery(1, Noon, 204, null, null, 12)], DeliveredAt = Noon };

    private static readonly BatchRecord Record = new()
    {
        Id = Id,
        State = BatchState.Completed,
        Caller = "anna",
        Name = "Drive 7",
        Source = new BatchSource("drive-7/"),
        Model = "camvid-mnv2",
        Tags = new Dictionary<string, string> { ["camera"] = "front" },
        Privacy = JobPrivacy.NoLocation | JobPrivacy.Redact,
        Redact = ["car"],
        Detail = JobDetail.High,
        Webhook = Hook,
        WebhookAt = 0.5,
        WebhookOfShare = Hook,
        TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        CreatedAt = Noon,
        StartedAt = Noon.AddSeconds(1),
        FinishedAt = Noon.AddSeconds(90),
        Step = 71,
        SteppedAt = Noon.AddSeconds(90),
        Total = 2000,
        ListedTo = "2!48!ZHJpdmUtNy8w",
        Round = 1,
        Next = 2000,
        Counts = new BatchCounts(1, 2, 1992, 3, 2, new Dictionary<string, int> { ["image-corrupt"] = 3 }),
        Pace = new BatchPace(1999, Noon.AddSeconds(80), 22.5),
        Manifested = 2,
        Clip = new BatchClip(
            new ClipFacts(ClipContainer.Mp4, "h264", 1920, 1080, 61.5, 29.97, Noon, 48_211_904), [new ClipFinding(ClipFindingKind.GoesOn, "The video goes on.")], new ClipOverlay(1, 4096, 2), 1),
        Archives = [new BatchArchive(WorkId.Of(Noon, "anna", "archive"), ["mask", "summary"], Noon, 2000, [new BatchArchivePart(4096, 1990, 2)], Noon.AddMinutes(3))],
        Failure = new WorkFailure("batch-empty", "There is none.", false),
    };

    private static readonly BatchItemView Item = new(
        12, "front/0012.jpg", "failed", Id.OfItem(12, 1), "image-corrupt", "It ends before its last row.", 640, 480, new Dictionary<string, double> { ["road"] = 0.31 },
        new Captured("2026-03-01T12:00:00", null, null, null, null), new Dictionary<string, string> { ["self"] = "/v1/jobs/x" });

    [Fact]
    public void The_record_keeps_its_form() => Golden.Pinned("batch-record", Record, BatchJson.Default.BatchRecord);

    [Fact]
    public void The_view_keeps_its_form_and_names_no_caller() => Golden.Pinned("batch-view", BatchView.Of(Record), BatchJson.Default.BatchView);

    [Fact]
    public void What_a_video_adds_keeps_its_form()
    {
        var captured = new Captured("2026-03-01T12:00:00.500", "+00:00", null, null, null);
        Golden.Pinned("batch-frame", new BatchItem(new JobSource("clips", $"{Id}/frames/00002.jpg", "0x8DA", "00002.jpg"), null, 0.5, captured), BatchJson.Default.BatchItem);
        Golden.Pinned("batch-frame-view", Item with { Seconds = 0.5 }, BatchJson.Default.BatchItemView);
        var source = new BatchSource(Clip: new ClipSource(Id, "drive/v.mp4", "drive/v.gpx", "v.mp4", 0.5, 300, Noon));
        Golden.Pinned("batch-clip-record", Record with { Source = source }, BatchJson.Default.BatchRecord);
        var request = new BatchRequest("Drive 7", Clip: new ClipRequest(Id, "drive/v.mp4", "drive/v.gpx", "v.mp4", 0.5, 300, "2026-03-01T12:00:00Z"));
        Golden.Pinned("batch-clip-request", request, BatchJson.Default.BatchRequest);
        var ticket = new ClipTicket(Id, "PUT", new Uri("https://x.example/v?sig=1"), new Uri("https://x.example/t?sig=1"), new Dictionary<string, string> { ["x-ms-blob-type"] = "BlockBlob" }, Noon, 1 << 30);
        Golden.Pinned("clip-ticket", ticket, BatchJson.Default.ClipTicket);
    }

    [Fact]
    public void A_line_of_a_list_keeps_its_form() =>
        Golden.Pinned("batch-item", new BatchItem(new JobSource("batches", "drive-7/front/0012.jpg", "0x8DA", "front/0012.jpg"), Id), BatchJson.Default.BatchItem);

    [Fact]
    public void A_line_of_a_log_keeps_its_form() => Golden.Pinned("batch-line", new BatchLine(12, 1, JobState.Failed, "image-corrupt"), JobJson.Default.BatchLine);

    [Fact]
    public void A_line_of_a_manifest_keeps_its_form() => Golden.Pinned("batch-item-view", Item, BatchJson.Default.BatchItemView);

    [Fact]
    public void The_message_of_a_step_keeps_its_form() => Golden.Pinned("batch-message", new BatchMessage(Id, 71), BatchJson.Default.BatchMessage);

    [Fact]
    public void The_body_of_a_webhook_keeps_its_form() =>
        Golden.Pinned("batch-event", new BatchEvent("batch.completed", Noon, BatchView.Of(Record) with { Webhook = null, WebhookOfShare = null }), BatchJson.Default.BatchEvent);

    [Fact]
    public void The_message_of_a_batchs_webhook_keeps_its_form() =>
        Golden.Pinned("webhook-message-batch", new WebhookMessage(Id, 2, Record.TraceParent, WebhookSubject.BatchShare), JobJson.Default.WebhookMessage);

    [Fact]
    public void The_event_about_a_photo_of_a_batch_keeps_its_form_and_is_read_again()
    {
        var sent = BlobCreatedEvent.For("batches", "drive-7/a.jpg", "0x8DA", 0, Noon, Id.OfItem(12, 1));
        Golden.Pinned("blob-created-event-batch", sent, JobJson.Default.BlobCreatedEvent);
        Assert.Equal(Id.OfItem(12, 1), BlobCreatedEvent.TryParse(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(sent, JobJson.Default.BlobCreatedEvent))!.Job);
    }

    [Fact]
    public void A_request_keeps_its_form() => Golden.Pinned(
        "batch-request",
        new BatchRequest("Drive 7", "drive-7/", ["a.jpg"], new Dictionary<string, string> { ["drive"] = "7" }, "camvid-mnv2", new Dictionary<string, string> { ["camera"] = "front" }, JobPrivacy.NoLocation, "https://example.com/hook", 0.5, ["car"], JobDetail.High),
        BatchRequestJson.Default.BatchRequest);

    [Fact]
    public void A_record_of_a_job_says_which_photo_of_which_batch_it_is()
    {
        var job = new JobRecord
        {
            Id = Id.OfItem(12, 1), State = JobState.Queued, Source = new JobSource("batches", "a", null, "a"), Batch = new BatchPlace(Id, 12, 1, 3), Times = new JobTimes { CreatedAt = Noon },
        };
        Golden.Pinned("job-record-batch", job, JobJson.Default.JobRecord);
    }
}
