using System.Text.Json.Serialization;
using RoadSeg.Work;

namespace RoadSeg.Datasets;

/// <summary>A data set as the HTTP API shows it.</summary>
/// <param name="Name">Name of the set.</param>
/// <param name="State">Where the latest drop stands.</param>
/// <param name="Drop">ETag of the <c>dataset.json</c> it is about, unquoted; empty where there was none.</param>
/// <param name="ReceivedAt">When it was first seen.</param>
/// <param name="FinishedAt">When it became ready or failed.</param>
/// <param name="Progress">How far the check is.</param>
/// <param name="Version">Newest usable version.</param>
/// <param name="Versions">Every usable version, the newest last.</param>
/// <param name="Failure">Why the latest drop cannot be used.</param>
/// <param name="Setback">What last stopped the check, which is tried again by itself.</param>
/// <param name="Late">Files that arrived after dataset.json: what was checked may be a part of the set.</param>
/// <param name="Training">The training run that the drop asked for.</param>
/// <param name="Links">Addresses by name, relative to the service: self, and once checked report (JSON), page (HTML) and faults (JSON
/// lines).</param>
public sealed record DatasetView(
    [property: JsonRequired] string Name,
    DatasetState State,
    [property: JsonRequired] string Drop,
    DateTimeOffset ReceivedAt,
    DateTimeOffset? FinishedAt,
    DatasetProgress? Progress,
    string? Version,
    [property: JsonRequired] IReadOnlyList<string> Versions,
    WorkFailure? Failure,
    DatasetSetback? Setback,
    DatasetLate? Late,
    WorkId? Training,
    [property: JsonRequired] IReadOnlyDictionary<string, string> Links
)
{
    /// <summary>The view of a record.</summary>
    public static DatasetView Of(DatasetRecord set)
    {
        ArgumentNullException.ThrowIfNull(set);
        var self = $"/v1/datasets/{Uri.EscapeDataString(set.Name)}";
        var links = new Dictionary<string, string> { ["self"] = self };
        if (set.FinishedAt is not null)
        {
            links["report"] = $"{self}/report";
            links["page"] = $"{self}/report.html";
            links["faults"] = $"{self}/faults";
        }

        return new DatasetView(
            set.Name,
            set.State,
            set.Drop,
            set.ReceivedAt,
            set.FinishedAt,
            set.Progress,
            set.Version,
            set.Versions,
            set.Failure,
            set.Setback,
            set.Late,
            set.Training,
            links
        );
    }
}
