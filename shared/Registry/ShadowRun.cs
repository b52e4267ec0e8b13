using System.Text.Json.Serialization;

namespace RoadSeg.Registry;

/// <summary>The photos on which a version differed most from the one that was live when it was judged: the content of
/// <c>models/{name}/shadow/{version}.json</c>.</summary>
/// <param name="Version">The judged version.</param>
/// <param name="Against">The version that was live.</param>
/// <param name="At">When.</param>
/// <param name="Photos">The photos, the most different first, at most 50.</param>
public sealed record ShadowRun(
    [property: JsonRequired] string Version,
    [property: JsonRequired] string Against,
    DateTimeOffset At,
    IReadOnlyList<PhotoDisagreement> Photos
)
{
    /// <summary>The photos, the most different first.</summary>
    public IReadOnlyList<PhotoDisagreement> Photos { get; init; } = Photos ?? [];

    /// <summary>Version of this form; readers accept every older one.</summary>
    public int SchemaVersion
    {
        get => field == 0 ? 1 : field;
        init;
    } = 1;
}
