using RoadSeg.Imaging;

namespace RoadSeg.Datasets;

/// <summary>How a data set is read; of what is in here only the limits and <see cref="ShardBytes"/> change a curated set.</summary>
public sealed record DatasetOptions
{
    /// <summary>Pairs decoded at a time, 1-64. Default: the machine's cores.</summary>
    public int Concurrency
    {
        get;
        init => field = (int)InRange(value, 1, 64, nameof(Concurrency));
    } = Math.Clamp(Environment.ProcessorCount, 1, 64);

    /// <summary>Limits of one image and of one mask. Default 64 MiB, 64 million pixels.</summary>
    public ImageLimits Limits { get; init; } = new(MaxPixels: 64_000_000);

    /// <summary>Files of a set, 1 to 20 million. Default 5 million.</summary>
    public int MaxFiles
    {
        get;
        init => field = (int)InRange(value, 1, 20_000_000, nameof(MaxFiles));
    } = 5_000_000;

    /// <summary>Size at which a shard is closed in bytes, 64 KiB to 1 GiB. Default 64 MiB.</summary>
    public long ShardBytes
    {
        get;
        init => field = InRange(value, 1 << 16, 1L << 30, nameof(ShardBytes));
    } = 64L << 20;

    /// <summary>Findings of a kind that the report lists, 1-10,000; all are counted. Default 200.</summary>
    public int FaultsListed
    {
        get;
        init => field = (int)InRange(value, 1, 10_000, nameof(FaultsListed));
    } = 200;

    /// <summary>Samples shown in the report, 0-200. Default 12.</summary>
    public int SamplesShown
    {
        get;
        init => field = (int)InRange(value, 0, 200, nameof(SamplesShown));
    } = 12;

    private static long InRange(long value, long least, long most, string name) =>
        value >= least && value <= most ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be {least} to {most}.");
}
