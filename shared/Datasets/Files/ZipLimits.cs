namespace RoadSeg.Datasets.Files;

/// <summary>What a drop may unpack to, all its archives together.</summary>
public sealed record ZipLimits
{
    /// <summary>Files, 1 to 10 million. Default 2 million.</summary>
    public int MaxEntries
    {
        get;
        init => field = (int)InRange(value, 10_000_000, nameof(MaxEntries));
    } = 2_000_000;

    /// <summary>Unpacked bytes of all files, 1 to 10 TiB. Default 100 GiB.</summary>
    public long MaxTotalBytes
    {
        get;
        init => field = InRange(value, 10L << 40, nameof(MaxTotalBytes));
    } = 100L << 30;

    /// <summary>Unpacked bytes of one file, 1 to 100 GiB. Default 2 GiB.</summary>
    public long MaxEntryBytes
    {
        get;
        init => field = InRange(value, 100L << 30, nameof(MaxEntryBytes));
    } = 2L << 30;

    /// <summary>Unpacked bytes for each packed byte of a file over 1 MiB, and of each archive, 1 to 1032 (what deflate can reach). Default
    /// 200: masks pack well, bombs better.</summary>
    public int MaxRatio
    {
        get;
        init => field = (int)InRange(value, 1032, nameof(MaxRatio));
    } = 200;

    private static long InRange(long value, long most, string name) =>
        value >= 1 && value <= most ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be 1 to {most}.");
}
