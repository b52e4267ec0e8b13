using System.Text.Json.Serialization;

namespace RoadSeg.Datasets;

/// <summary>All findings of a kind.</summary>
/// <param name="Kind">What.</param>
/// <param name="Skipped">True when these files are left out of the curated set.</param>
/// <param name="Count">How many.</param>
/// <param name="Pixels">Pixels concerned, all together.</param>
/// <param name="Examples">The first of them.</param>
public sealed record FaultGroup(FaultKind Kind, bool Skipped, long Count, long Pixels, IReadOnlyList<DatasetFault> Examples)
{
    /// <summary>The kind in words, such as "image without mask".</summary>
    [JsonIgnore]
    public string Title =>
        string.Concat(Kind.ToString().Select((c, i) => (i > 0 && char.IsUpper(c) ? " " : "") + char.ToLowerInvariant(c)));
}
