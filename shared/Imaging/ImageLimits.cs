namespace RoadSeg.Imaging;

/// <summary>What a photo may be at most. Checked against the file and its header, before any pixel is decoded.</summary>
/// <param name="MaxBytes">Size of the file in bytes, 1 to 1 GiB. Default 64 MiB.</param>
/// <param name="MaxPixels">Width x height in pixels, 1 to 500 million. Default 100 million.</param>
/// <param name="MaxSide">Width and height in pixels, 1 to 65,535. Default 30,000.</param>
/// <exception cref="ArgumentOutOfRangeException">A value outside its range.</exception>
public sealed record ImageLimits(long MaxBytes = 64L << 20, long MaxPixels = 100_000_000, int MaxSide = 30_000)
{
    /// <summary>The defaults.</summary>
    public static ImageLimits Default { get; } = new();

    /// <summary>Size of the file in bytes, 1 to 1 GiB.</summary>
    public long MaxBytes
    {
        get;
        init => field = InRange(value, 1L << 30, nameof(MaxBytes));
    } = InRange(MaxBytes, 1L << 30, nameof(MaxBytes));

    /// <summary>Width x height in pixels, 1 to 500 million.</summary>
    public long MaxPixels
    {
        get;
        init => field = InRange(value, 500_000_000, nameof(MaxPixels));
    } = InRange(MaxPixels, 500_000_000, nameof(MaxPixels));

    /// <summary>Width and height in pixels, 1 to 65,535.</summary>
    public int MaxSide
    {
        get;
        init => field = (int)InRange(value, 65_535, nameof(MaxSide));
    } = (int)InRange(MaxSide, 65_535, nameof(MaxSide));

    private static long InRange(long value, long most, string name) =>
        value >= 1 && value <= most ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be 1 to {most}.");
}
