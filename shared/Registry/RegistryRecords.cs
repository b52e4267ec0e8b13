using System.Text.Json.Serialization;
using RoadSeg.Jobs;
using RoadSeg.Models;

namespace RoadSeg.Registry;

/// <summary>What a version is to its model. Follows from the pointer: nothing stores it.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ModelState>))]
public enum ModelState
{
    /// <summary>Published, never live.</summary>
    [JsonStringEnumMemberName("candidate")]
    Candidate,

    /// <summary>Serves.</summary>
    [JsonStringEnumMemberName("live")]
    Live,

    /// <summary>Served before.</summary>
    [JsonStringEnumMemberName("retired")]
    Retired,
}

/// <summary>Which version of a model is live: the content of <c>models/{name}/current.json</c>. Moves under ETag.</summary>
/// <param name="Version">The live version.</param>
/// <param name="Before">Versions that were live before it and can be rolled back to, the latest last.</param>
/// <param name="History">The last hundred moves, the latest last.</param>
public sealed record ModelPointer([property: JsonRequired] string Version, IReadOnlyList<string> Before, IReadOnlyList<PointerMove> History)
{
    /// <summary>Versions to roll back to, the latest last; none where the JSON lacks them.</summary>
    public IReadOnlyList<string> Before { get; init; } = Before ?? [];

    /// <summary>The last moves; none where the JSON lacks them.</summary>
    public IReadOnlyList<PointerMove> History { get; init; } = History ?? [];

    // Generated readers set init members that the JSON lacks to 0 or null; so in all records here.

    /// <summary>Version of this form; readers accept every older one.</summary>
    public int SchemaVersion { get => field == 0 ? 1 : field; init; } = 1;

    /// <summary>What a version is, by this pointer.</summary>
    public ModelState StateOf(string version) =>
        version == Version ? ModelState.Live
        : Before.Contains(version) || History.Any(move => move.Version == version) ? ModelState.Retired
        : ModelState.Candidate;
}

/// <summary>A move of the pointer.</summary>
/// <param name="Version">The version that became live.</param>
/// <param name="At">When.</param>
/// <param name="Kind">seed (what the app shipped with), promote or rollback.</param>
/// <param name="By">Caller, or <c>training {id}</c>, or <c>automatic</c> where the service took a version back by itself.</param>
public sealed record PointerMove([property: JsonRequired] string Version, DateTimeOffset At, [property: JsonRequired] string Kind, [property: JsonRequired] string By);

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
    [property: JsonRequired] string Name, [property: JsonRequired] string Version, DateTimeOffset PublishedAt, [property: JsonRequired] string PublishedBy, [property: JsonRequired] string ManifestSha256,
    JobId? Training = null, string? Dataset = null, GateReport? Gate = null)
{
    /// <summary>Version of this form; readers accept every older one.</summary>
    public int SchemaVersion { get => field == 0 ? 1 : field; init; } = 1;
}

/// <summary>What the gate found of a version.</summary>
/// <param name="Passed">True when every check passed.</param>
/// <param name="Against">The version that was live and that it was compared with.</param>
/// <param name="Checks">The checks.</param>
/// <param name="At">When.</param>
public sealed record GateReport(bool Passed, string? Against, IReadOnlyList<GateCheck> Checks, DateTimeOffset At)
{
    // All of them, or those that are not repeated here would be written before the others.

    /// <summary>True when every check passed.</summary>
    public bool Passed { get; init; } = Passed;

    /// <summary>The version that was live and that it was compared with.</summary>
    public string? Against { get; init; } = Against;

    /// <summary>The checks.</summary>
    public IReadOnlyList<GateCheck> Checks { get; init; } = Checks ?? [];

    /// <summary>When.</summary>
    public DateTimeOffset At { get; init; } = At;
}

/// <summary>A check of the gate.</summary>
/// <param name="Name">self-test, mean-iou, class-iou, int8-loss, latency or disagreement.</param>
/// <param name="Passed">False keeps the version a candidate.</param>
/// <param name="Value">What was measured; null where there was nothing to measure.</param>
/// <param name="Limit">What it was held against.</param>
/// <param name="Note">A sentence for people.</param>
public sealed record GateCheck([property: JsonRequired] string Name, bool Passed, double? Value, double? Limit, [property: JsonRequired] string Note);

/// <summary>The photos on which a version differed most from the one that was live when it was judged: the content of <c>models/{name}/shadow/{version}.json</c>.</summary>
/// <param name="Version">The judged version.</param>
/// <param name="Against">The version that was live.</param>
/// <param name="At">When.</param>
/// <param name="Photos">The photos, the most different first, at most 50.</param>
public sealed record ShadowRun(
    [property: JsonRequired] string Version, [property: JsonRequired] string Against, DateTimeOffset At, IReadOnlyList<PhotoDisagreement> Photos)
{
    /// <summary>The photos, the most different first.</summary>
    public IReadOnlyList<PhotoDisagreement> Photos { get; init; } = Photos ?? [];

    /// <summary>Version of this form; readers accept every older one.</summary>
    public int SchemaVersion { get => field == 0 ? 1 : field; init; } = 1;
}

/// <summary>How far two versions differ on a photo.</summary>
/// <param name="Job">The photo's job.</param>
/// <param name="Share">Share of the pixels with another class, 0-1.</param>
public sealed record PhotoDisagreement(JobId Job, double Share);

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
    [property: JsonRequired] string Name, [property: JsonRequired] string Version, ModelState State, DateTimeOffset? PublishedAt, string? PublishedBy, JobId? Training, string? Dataset,
    GateReport? Gate, [property: JsonRequired] IReadOnlyList<MetricSet> Metrics, [property: JsonRequired] IReadOnlyDictionary<string, string> Links);

/// <summary>The versions of a model, newest first.</summary>
/// <param name="Name">Model name.</param>
/// <param name="Live">The live version; absent while none is.</param>
/// <param name="Items">The versions.</param>
/// <param name="History">The moves of the live version, the latest last.</param>
public sealed record ModelVersionList([property: JsonRequired] string Name, string? Live, [property: JsonRequired] IReadOnlyList<ModelVersionView> Items, [property: JsonRequired] IReadOnlyList<PointerMove> History);

/// <summary>What promoting a version may be told.</summary>
/// <param name="Force">True makes a version live that did not pass its gate.</param>
public sealed record PromoteRequest(bool Force = false);

/// <summary>The JSON forms of the registry. Each is pinned by a file in <c>tests/contracts</c>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = 16,
    RespectNullableAnnotations = true,
    Converters = [typeof(Rfc3339Time)])]
[JsonSerializable(typeof(ModelPointer))]
[JsonSerializable(typeof(ModelVersion))]
[JsonSerializable(typeof(ShadowRun))]
[JsonSerializable(typeof(ModelVersionList))]
[JsonSerializable(typeof(PromoteRequest))]
public sealed partial class RegistryJson : JsonSerializerContext;
