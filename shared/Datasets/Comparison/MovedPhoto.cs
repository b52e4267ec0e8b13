namespace RoadSeg.Datasets.Comparison;

/// <summary>A photo that is in another split.</summary>
/// <param name="Id">Identifier in the later version.</param>
/// <param name="From">Where it was.</param>
/// <param name="To">Where it is.</param>
public sealed record MovedPhoto(string Id, Split From, Split To);
