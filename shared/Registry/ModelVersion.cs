using System.Text.Json.Serialization;
using RoadSeg.Work;

namespace RoadSeg.Registry;

/// <summary>What is known of a version beside its package: the content of <c>models/{name}/versions/{version}.json</c>. Its presence says
/// that the package is complete.</summary>
/// <param name="Name">Model name.</param>
/// <param name="Version">Version.</param>
/// <param name="PublishedAt">When it came into the registry.</param>
/// <param name="PublishedBy">Caller, or <c>training {id}</c>.</param>
/// <param name="ManifestSha256">SHA-256 of the package's manifest, lower-case hex: pins every file of it.</param>
/// <param name="Training">The run that made it, if one of this deployment did.</param>
/// <param name="Dataset">What it was trained on, as <c>name/version</c>, if known.</param>
/// <param name="Gate">What the gate found; null for versions that never went through it.</param>
public sealed record ModelVersion(
    [property: JsonRequired] string Name,
    [property: JsonRequired] string Version,
    DateTimeOffset PublishedAt,
    [property: JsonRequired] string PublishedBy,
    [property: JsonRequired] string ManifestSha256,
    WorkId? Training = null,
    string? Dataset = null,
    GateReport? Gate = null
)
{
    /// <summary>Version of this form; readers accept every older one.</summary>
    public int SchemaVersion
    {
        get => field == 0 ? 1 : field;
        init;
    } = 1;
}
