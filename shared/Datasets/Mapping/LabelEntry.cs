namespace RoadSeg.Datasets.Mapping;

/// <summary>One value of the source's masks.</summary>
/// <param name="Key">The value: an id, or a colour as 0xRRGGBB.</param>
/// <param name="Name">What the source calls it; empty when it gives no name.</param>
/// <param name="ClassId">Class of the catalogue; null for pixels without label.</param>
public sealed record LabelEntry(int Key, string Name, int? ClassId);
