using System.Text.Json.Serialization;

namespace RoadSeg.Registry;

/// <summary>The versions of a model, newest first.</summary>
/// <param name="Name">Model name.</param>
/// <param name="Live">The live version; absent while none is.</param>
/// <param name="Items">The versions.</param>
/// <param name="History">The moves of the live version, the latest last.</param>
/// <param name="Previous">The version that a rollback makes live; absent when there is nothing to roll back to.</param>
public sealed record ModelVersionList(
    [property: JsonRequired] string Name,
    string? Live,
    [property: JsonRequired] IReadOnlyList<ModelVersionView> Items,
    [property: JsonRequired] IReadOnlyList<PointerMove> History,
    string? Previous = null
);
