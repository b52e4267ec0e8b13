using System.Text.Json.Serialization;
using RoadSeg.Models;
using RoadSeg.Work;

namespace RoadSeg.Registry;

/// <summary>A version as the HTTP API shows it.</summary>
/// <param name="Name">Model name.</param>
/// <param name="Version">Version.</param>
/// <param name="State">candidate, live or retired.</param>
/// <param name="PublishedAt">When it came into the registry; absent for what the app shipped with and was never published.</param>
/// <param name="PublishedBy">Who published it.</param>
/// <param name="Training">The run that made it.</param>
/// <param name="Dataset">What it was trained on, as <c>name/version</c>.</param>
/// <param name="Gate">What the gate found.</param>
/// <param name="Metrics">What it reached, on which data and split.</param>
/// <param name="Links">self: its manifest; card; promote, unless it is live.</param>
public sealed record ModelVersionView(
    [property: JsonRequired] string Name,
    [property: JsonRequired] string Version,
    ModelState State,
    DateTimeOffset? PublishedAt,
    string? PublishedBy,
    WorkId? Training,
    string? Dataset,
    GateReport? Gate,
    [property: JsonRequired] IReadOnlyList<MetricSet> Metrics,
    [property: JsonRequired] IReadOnlyDictionary<string, string> Links
);
