using System.Text.Json.Serialization;

namespace RoadSeg.Datasets;

/// <summary>The data sets, by name.</summary>
/// <param name="Items">One entry a name.</param>
public sealed record DatasetList([property: JsonRequired] IReadOnlyList<DatasetView> Items);
