using System.Text.Json;
using System.Text.Json.Nodes;
using RoadSeg.Datasets;
using RoadSeg.Datasets.Audits;
using RoadSeg.Datasets.Comparison;
using RoadSeg.Models;
using RoadSeg.Work;

namespace RoadSeg.Functions.Audits;

/// <summary>Examples of audits in the OpenAPI document.</summary>
internal static class AuditExamples
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly AuditRecord Queued = new()
    {
        Dataset = "city-2026",
        Version = "5f0c1d2e3a4b5c6d",
        Run = WorkId.ForDrop("audits", "city-2026", "0x1"),
        State = AuditState.Queued,
        Caller = "anna",
        Model = new ModelPin("camvid-mnv2", "20260301T120000Z-c4eaab0f1d2e"),
        CreatedAt = Noon,
    };

    private static readonly DatasetAudit Found = new()
    {
        Name = "city-2026",
        Version = "5f0c1d2e3a4b5c6d",
        Model = "camvid-mnv2",
        ModelVersion = "20260301T120000Z-c4eaab0f1d2e",
        Looked = 1001,
        Photos = 1000,
        LabelledPixels = 51_200_000,
        DisputedPixels = 3_100_000,
        Pairs = [new ChangedPair("road", "car", 12_345, 17)],
        Found = 5321,
        Regions =
        [
            new DisputedRegion("drive-7/0099", Split.Train, [120, 40, 35, 28], 612, "road", "car", 0.9312, 0.9804, "000412-003.png"),
        ],
        Skipped = [new SkippedPhoto("drive-7/0100", "It has no labelled pixel.")],
        Notes = [],
    };

    /// <summary>The example of an operation's answer or body; null for operations of other resources.</summary>
    public static JsonNode? Of(string operation, string status) =>
        (operation, status) switch
        {
            ("startDatasetAudit", "request") => JsonSerializer.SerializeToNode(
                new AuditRequest("camvid-mnv2"),
                AuditJson.Default.AuditRequest
            ),
            ("startDatasetAudit", "202") => View(Queued),
            ("getDatasetAudit", "200") => View(
                Queued with
                {
                    State = AuditState.Running,
                    StartedAt = Noon.AddSeconds(1),
                    Progress = new DatasetProgress("auditing", 412, 1001),
                }
            ),
            ("cancelDatasetAudit", "200") => View(Queued with { State = AuditState.Canceled, FinishedAt = Noon.AddSeconds(9) }),
            ("listDisputedRegions", "200") => JsonSerializer.SerializeToNode(
                AuditRegionPage.Of(Found, 0, 50, 1),
                AuditJson.Default.AuditRegionPage
            ),
            _ => null,
        };

    private static JsonNode? View(AuditRecord audit) => JsonSerializer.SerializeToNode(AuditView.Of(audit), AuditJson.Default.AuditView);
}
