namespace RoadSeg.Results;

/// <summary>Pixels of one class as a labelling tool takes an object.</summary>
/// <param name="ClassId">Class id: the mask's pixel value.</param>
/// <param name="Area">Pixels.</param>
/// <param name="Runs">Those pixels, row by row and from left to right.</param>
/// <param name="Outline">Its outer outline where it is one connected region, its holes filled; null for what is left of a class when its
/// regions that are large enough are taken out.</param>
public sealed record MaskObject(int ClassId, long Area, IReadOnlyList<MaskRun> Runs, Ring? Outline)
{
    /// <summary>The box around it in pixels: left, top, and the column and row after the last.</summary>
    public (int Left, int Top, int Right, int Bottom) Box { get; } =
        (Runs.Min(static run => run.Start), Runs[0].Row, Runs.Max(static run => run.End), Runs[^1].Row + 1);

    /// <summary>The mean of a plane over its pixels.</summary>
    /// <param name="plane">Shape [height, width] of the mask.</param>
    /// <param name="width">Width in pixels.</param>
    /// <returns>0 to 255.</returns>
    public double MeanOf(ReadOnlySpan<byte> plane, int width)
    {
        var sum = 0L;
        foreach (var (row, start, end) in Runs)
        {
            foreach (var value in plane.Slice((row * width) + start, end - start))
                sum += value;
        }

        return (double)sum / Area;
    }
}
