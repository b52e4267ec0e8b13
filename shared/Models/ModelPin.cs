using System.Text.Json.Serialization;

namespace RoadSeg.Models;

/// <summary>One version of one model.</summary>
/// <param name="Model">Model name.</param>
/// <param name="Version">Version.</param>
public sealed record ModelPin([property: JsonRequired] string Model, [property: JsonRequired] string Version)
{
    // Beside the versions' folders in the registry lies the folder of their records.
    private const string Reserved = "versions";

    /// <summary>True when the two can be a model's name and version: safe as folders and in a blob path.</summary>
    [JsonIgnore]
    public bool IsValid =>
        IsName(Model) && ManifestRules.IsSafeSegment(Version) && !Version.Contains("..", StringComparison.Ordinal) && Version != Reserved;

    /// <summary>True for what can be a model's name: 1-64 lower-case letters, digits and dashes.</summary>
    public static bool IsName(string name) => ManifestRules.IsModelName(name);

    /// <summary>The version that a package is.</summary>
    public static ModelPin Of(ModelManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        return new ModelPin(manifest.Name, manifest.Version);
    }

    /// <summary><c>name@version</c>.</summary>
    public override string ToString() => $"{Model}@{Version}";
}
