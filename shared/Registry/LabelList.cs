using System.Text.Json.Serialization;

namespace RoadSeg.Registry;

/// <summary>The label catalogues.</summary>
/// <param name="Items">One entry a model.</param>
public sealed record LabelList([property: JsonRequired] IReadOnlyList<LabelView> Items);
