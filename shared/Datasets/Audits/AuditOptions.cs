namespace RoadSeg.Datasets.Audits;

/// <summary>What counts as a disputed region, and how much is kept.</summary>
public sealed record AuditOptions
{
    /// <summary>Pixels that a region has at least, edges left out. Default 8, from 1.</summary>
    public int MinPixels { get; init; } = 8;

    /// <summary>How far apart two drawings of one edge may lie: share of the picture's diagonal. Default 0.005 (3 pixels of 480 x 360), 0
    /// to 0.1.</summary>
    public double Edge { get; init; } = 0.005;

    /// <summary>How many pixels are few: share of the picture's. Default 0.00002 (3 pixels of 480 x 360), 0 to 0.1.</summary>
    public double Small { get; init; } = 0.00002;

    /// <summary>Regions that are listed: the worst. Default 1000, from 1.</summary>
    public int Listed { get; init; } = 1000;

    /// <summary>Those of them that have a picture. Default 200, 0 to <see cref="Listed"/>.</summary>
    public int Pictured { get; init; } = 200;

    /// <exception cref="ArgumentOutOfRangeException">A value outside its range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MinPixels, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(Edge);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Edge, 0.1);
        ArgumentOutOfRangeException.ThrowIfNegative(Small);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Small, 0.1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Listed, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(Pictured);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Pictured, Listed);
    }
}
