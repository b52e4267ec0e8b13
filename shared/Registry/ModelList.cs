using System.Text.Json.Serialization;

namespace RoadSeg.Registry;

/// <summary>The models.</summary>
/// <param name="Items">One entry a name.</param>
public sealed record ModelList([property: JsonRequired] IReadOnlyList<ModelView> Items);
