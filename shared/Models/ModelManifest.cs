using System.Text.Json.Serialization;

namespace RoadSeg.Models;

/// <summary><c>manifest.json</c> of a model package: immutable, schema version 1. Members it does not know are refused, so that a
/// misspelt or newer setting never goes unheeded; free-form data has its places (<c>architecture.settings</c>, <c>training</c>).</summary>
public sealed record ModelManifest : ModelDescription
{
    /// <summary>The only schema version this code reads.</summary>
    public const int CurrentSchemaVersion = 1;

    /// <summary>Version of this form: 1.</summary>
    [JsonPropertyOrder(-4)]
    public required int SchemaVersion { get; init; }

    /// <summary>Version: <c>yyyyMMddTHHmmssZ-</c> and the first 12 digits of the primary graph's SHA-256
    /// (of a graph with its weights in other files: of its and their hashes).</summary>
    [JsonPropertyOrder(-3)]
    public required string Version { get; init; }

    /// <summary>When the package was written.</summary>
    [JsonPropertyOrder(-2)]
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Plain file name to hash and length: every file of the package but the manifest.</summary>
    [JsonPropertyOrder(-1)]
    public required IReadOnlyDictionary<string, PackageFile> Files { get; init; }
}
