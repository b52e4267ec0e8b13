using System.Text.Json.Serialization;

namespace RoadSeg.Registry;

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
    public int SchemaVersion
    {
        get => field == 0 ? 1 : field;
        init;
    } = 1;

    /// <summary>The version that a rollback makes live; null when there is none.</summary>
    /// <param name="shipped">The version that the app shipped with; null for a model that did not ship. It served before a first
    /// promotion that found nothing live.</param>
    public string? Previous(string? shipped) =>
        Before is [.., var last] ? last
        : shipped != Version && History is not [{ Kind: "seed" }, ..] ? shipped
        : null;

    /// <summary>What a version is, by this pointer.</summary>
    public ModelState StateOf(string version) =>
        version == Version ? ModelState.Live
        : Before.Contains(version) || History.Any(move => move.Version == version) ? ModelState.Retired
        : ModelState.Candidate;
}
