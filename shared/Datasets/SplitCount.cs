namespace RoadSeg.Datasets;

/// <summary>Images of a split.</summary>
/// <param name="Split">Which.</param>
/// <param name="Images">Usable images.</param>
/// <param name="Groups">Drives or scenes; 0 where none are known.</param>
public sealed record SplitCount(Split Split, long Images, int Groups);
