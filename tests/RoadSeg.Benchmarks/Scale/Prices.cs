namespace RoadSeg.Benchmarks.Scale;

/// <summary>Prices in US dollars: list prices of a US region, pay as you go, locally redundant hot storage, as known in November 2026. ASSUMED here, since no
/// price list was at hand: put in those of your region and contract.</summary>
internal sealed record Prices
{
    /// <summary>10,000 writes or listings of blobs.</summary>
    public double BlobWrites { get; init; } = 0.05;

    /// <summary>10,000 reads of blobs. Deleting is free.</summary>
    public double BlobReads { get; init; } = 0.004;

    /// <summary>10,000 queue operations of any kind.</summary>
    public double QueueOperations { get; init; } = 0.004;

    /// <summary>An hour of a small data-centre GPU with the cores beside it.</summary>
    public double GpuHour { get; init; } = 0.53;

    /// <summary>A second of one core with 2 GiB of memory.</summary>
    public double CoreSecond { get; init; } = 0.000024 + (2 * 0.000003);

    /// <summary>A gigabyte that leaves the region, past the free ones.</summary>
    public double EgressGigabyte { get; init; } = 0.087;
}
