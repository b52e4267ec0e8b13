namespace RoadSeg.Results;

/// <summary>What of a mask becomes polygons, and how much at most. Values out of range are refused where they are set.</summary>
public sealed record RegionOptions
{
    /// <summary>Regions of fewer pixels get no polygon (run lengths hold every pixel regardless): 1 to 1,000,000,000. Default 64.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside its range.</exception>
    public int MinArea
    {
        get;
        init => field = Within(value, 1, 1_000_000_000, nameof(MinArea));
    } = 64;

    /// <summary>How far in pixels a simplified outline may lie from the exact one: 0 (exact, the default) to 100.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside its range, or no number.</exception>
    public double Tolerance
    {
        get;
        init =>
            field = value is >= 0 and <= 100
                ? value
                : throw new ArgumentOutOfRangeException(nameof(Tolerance), value, $"{nameof(Tolerance)} is {value}; it must be 0-100.");
    }

    /// <summary>Runs of equal pixels, along rows and along columns, that a mask may have: 1 to 100,000,000. Default 1,000,000; a road mask
    /// of
    /// 12 megapixels has some ten thousand.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside its range.</exception>
    public int MaxRuns
    {
        get;
        init => field = Within(value, 1, 100_000_000, nameof(MaxRuns));
    } = 1_000_000;

    /// <summary>Polygons of one mask, the largest first: 1 to 1,000,000. Default 20,000.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside its range.</exception>
    public int MaxPolygons
    {
        get;
        init => field = Within(value, 1, 1_000_000, nameof(MaxPolygons));
    } = 20_000;

    /// <summary>Vertices of all polygons of one mask before simplification: 4 to 10,000,000. Default 500,000.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside its range.</exception>
    public int MaxVertices
    {
        get;
        init => field = Within(value, 4, 10_000_000, nameof(MaxVertices));
    } = 500_000;

    private static int Within(int value, int least, int most, string name) =>
        value >= least && value <= most
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"{name} is {value}; it must be {least}-{most}.");
}
