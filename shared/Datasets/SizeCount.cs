namespace RoadSeg.Datasets;

/// <summary>Images of a size.</summary>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
/// <param name="Images">How many.</param>
public sealed record SizeCount(int Width, int Height, long Images);
