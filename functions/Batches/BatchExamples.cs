using System.Text.Json;
using System.Text.Json.Nodes;
using RoadSeg.Batches;
using RoadSeg.Capture;
using RoadSeg.Clips;
using RoadSeg.Errors;
using RoadSeg.Jobs;
using RoadSeg.Labels;
using RoadSeg.Work;

namespace RoadSeg.Functions.Batches;

/// <summary>Examples of batches in the OpenAPI document.</summary>
internal static class BatchExamples
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly BatchRecord Asked = new()
    {
        Id = WorkId.Of(Noon, "anna", "drive-7"),
        State = BatchState.Listing,
        Caller = "anna",
        Name = "Drive 7",
        Source = new BatchSource(Prefix: "drive-7/"),
        CreatedAt = Noon,
    };

    private static readonly BatchRecord Running = Asked with
    {
        State = BatchState.Running,
        StartedAt = Noon.AddSeconds(2),
        Total = 2000,
        Next = 1500,
        Counts = new BatchCounts(500, 680, 817, 3, 0, new Dictionary<string, int> { [ErrorCodes.ImageCorrupt.Code] = 3 }),
        Pace = new BatchPace(820, Noon.AddSeconds(42), 20.5),
    };

    private static readonly BatchArchive Archive = new(
        WorkId.Of(Noon.AddMinutes(2), "anna", "archive"),
        ["mask", "summary"],
        Noon.AddMinutes(2),
        2000,
        [new BatchArchivePart(18_734_201, 1997, 0)],
        Noon.AddMinutes(3)
    );

    private static readonly BatchRecord Ended = Running with
    {
        State = BatchState.Completed,
        FinishedAt = Noon.AddSeconds(100),
        Next = 2000,
        Counts = new BatchCounts(0, 0, 1997, 3, 0, new Dictionary<string, int> { [ErrorCodes.ImageCorrupt.Code] = 3 }),
    };

    private static readonly BatchItemView Failed = new(
        41,
        "front/0041.jpg",
        JobStates.Name(JobState.Failed),
        Asked.Id.OfItem(41, 0),
        ErrorCodes.ImageCorrupt.Code,
        "The photo ends before its last row. Upload it again.",
        Links: new Dictionary<string, string> { ["self"] = $"/v1/jobs/{Asked.Id.OfItem(41, 0)}" }
    );

    private static readonly ClipTicket Ticket = new(
        Asked.Id,
        "PUT",
        new Uri($"https://example.blob.core.windows.net/clips/{Asked.Id}/video?sig=..."),
        new Uri($"https://example.blob.core.windows.net/clips/{Asked.Id}/track?sig=..."),
        new Dictionary<string, string> { ["x-ms-blob-type"] = "BlockBlob" },
        Noon.AddHours(12),
        1L << 30
    );

    private static readonly Timeline Drive = new()
    {
        FileName = "drive-7.mp4",
        Clip = new ClipFacts(ClipContainer.Mp4, "h264", 1920, 1080, 61.5, 29.97, Noon, 48_211_904),
        EverySeconds = 1,
        Model = "default",
        ModelVersion = "2026.3.1",
        Classes = [new LabelClass(0, "road", new RgbColor(128, 64, 128)), new LabelClass(1, "car", new RgbColor(0, 0, 142))],
        Frames =
        [
            new TimelineFrame(
                0,
                0,
                JobStates.Name(JobState.Succeeded),
                null,
                Asked.Id.OfItem(0, 0),
                [0.8, 0.2],
                new Captured("2026-03-01T12:00:00.000", "+00:00", new CapturedPosition(47.37174, 8.54226, 409.5), null, null)
            ),
        ],
    };

    /// <summary>The example of an operation's answer or body; null for operations of other resources.</summary>
    public static JsonNode? Of(string operation, string status) =>
        (operation, status) switch
        {
            ("startBatch", "request") => JsonSerializer.SerializeToNode(
                new BatchRequest("Drive 7", "drive-7/"),
                BatchJson.Default.BatchRequest
            ),
            ("startBatch", "202") => View(Asked),
            ("listBatches", "200") => JsonSerializer.SerializeToNode(
                new BatchPage([BatchView.Of(Running)], null),
                BatchJson.Default.BatchPage
            ),
            ("getBatch", "200") => View(Running),
            ("cancelBatch", "200") => View(Running with { State = BatchState.Canceling }),
            ("retryBatch", "202") => View(Running with { Round = 1 }),
            ("listBatchItems", "200") => JsonSerializer.SerializeToNode(new BatchItemPage([Failed], "42"), BatchJson.Default.BatchItemPage),
            ("makeBatchArchive", "request") => JsonSerializer.SerializeToNode(
                new BatchArchiveRequest(["mask", "summary"]),
                BatchJson.Default.BatchArchiveRequest
            ),
            ("makeBatchArchive", "202") => View(Ended with { Archives = [Archive] }),
            ("issueClipKey", "200") => JsonSerializer.SerializeToNode(Ticket, BatchJson.Default.ClipTicket),
            ("getTimeline", "200") => JsonSerializer.SerializeToNode(Drive, TimelineJson.Default.Timeline),
            _ => null,
        };

    private static JsonNode? View(BatchRecord batch) => JsonSerializer.SerializeToNode(BatchView.Of(batch), BatchJson.Default.BatchView);
}
