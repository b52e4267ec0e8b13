namespace RoadSeg.Datasets.Comparison;

/// <summary>One side of a comparison.</summary>
/// <param name="Name">Name of the set.</param>
/// <param name="Version">Hash of its manifest.</param>
/// <param name="Photos">How many it holds.</param>
/// <param name="LabelledPixels">Pixels with a class, of all photos.</param>
public sealed record ComparedVersion(string Name, string Version, int Photos, long LabelledPixels);
