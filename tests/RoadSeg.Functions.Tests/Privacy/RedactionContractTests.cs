using System.Text.Json;
using RoadSeg.Jobs;
using RoadSeg.Models;

namespace RoadSeg.Functions.Tests.Privacy;

/// <summary>What a job whose photo was redacted looks like, in storage and to callers.</summary>
public sealed class RedactionContractTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly JobRecord Redacted = JsonSerializer.Deserialize(
        File.ReadAllBytes(Checkout.File("tests/contracts/job-record-captured.json")), JobJson.Default.JobRecord)! with
    {
        Privacy = JobPrivacy.Redact | JobPrivacy.NoLocation,
        Redact = ["default", "sign-symbol"],
        Source = new JobSource("submitted", "06f1x9/redacted-2", "0x8DB", "street.jpg"),
        Original = new JobSource("uploads", "06f1x9/image", "0x8DA", "street.jpg", "2026-03-01T12:00:00.0000000Z"),
        Redaction = new JobRedaction(["sign-symbol", "car", "pedestrian", "bicyclist"], 11, 0.05, 0.083, new ModelPin("camvid-mnv2", "20260301T120000Z-c4eaab0f"), Noon.AddMilliseconds(110)),
    };

    [Fact]
    public void The_record_keeps_its_form() => Golden.Pinned("job-record-redacted", Redacted, JobJson.Default.JobRecord);

    [Fact]
    public void The_view_keeps_its_form() => Golden.Pinned("job-view-redacted", JobView.Of(Redacted), JobJson.Default.JobView);
}
