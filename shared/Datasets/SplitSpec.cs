namespace RoadSeg.Datasets;

/// <summary>Division of a set.</summary>
public sealed record SplitSpec
{
    /// <summary>Where the division comes from. Default: the layout where it has one, else the seed.</summary>
    public SplitSource By { get; init; } = SplitSource.Auto;

    /// <summary>Decides which groups go where. Default 1.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Share of the images, 0-1. Default 0.8.</summary>
    public double Train { get; init; } = 0.8;

    /// <summary>Share of the images, 0-1. Default 0.1.</summary>
    public double Val { get; init; } = 0.1;

    /// <summary>Share of the images, 0-1; the three add up to 1. Default 0.1.</summary>
    public double Test { get; init; } = 0.1;

    /// <summary>Regular expression over the identifier whose first group names the drive or scene that must stay together; <c>none</c> to
    /// divide single images; null for the layout's own.</summary>
    public string? Group { get; init; }
}
