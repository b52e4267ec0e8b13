namespace RoadSeg.Datasets.Files;

/// <summary>Bytes that were put aside, to be read again in any order.</summary>
/// <param name="At">Offset in the file.</param>
/// <param name="Length">Bytes.</param>
internal readonly record struct Spilled(long At, int Length);
