namespace RoadSeg.Clips;

/// <summary>Which frames of a video are taken, and what it may be and cost at most. Values out of range are refused where they are
/// set.</summary>
public sealed record ClipOptions
{
    /// <summary>Least of <see cref="Every"/>, in seconds.</summary>
    public const double LeastSeconds = 0.1;

    /// <summary>Most of <see cref="Every"/>, in seconds.</summary>
    public const double MostSeconds = 60;

    /// <summary>Most of <see cref="Frames"/>.</summary>
    public const int MostFrames = 3000;

    /// <summary>One frame is taken of each such stretch of the video: 0.1 to 60 seconds. Default 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside its range.</exception>
    public TimeSpan Every
    {
        get;
        init => field = Within(value, TimeSpan.FromSeconds(LeastSeconds), TimeSpan.FromSeconds(MostSeconds), nameof(Every));
    } = TimeSpan.FromSeconds(1);

    /// <summary>Frames taken at most, 1 to 3,000. Default 300.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside its range.</exception>
    public int Frames
    {
        get;
        init => field = Within(value, 1, MostFrames, nameof(Frames));
    } = 300;

    /// <summary>How long a video may last: 1 second to 24 hours. Default 4 hours.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside its range.</exception>
    public TimeSpan Longest
    {
        get;
        init => field = Within(value, TimeSpan.FromSeconds(1), TimeSpan.FromHours(24), nameof(Longest));
    } = TimeSpan.FromHours(4);

    /// <summary>Size of the file in bytes, 1 to 64 GiB. Default 4 GiB.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside its range.</exception>
    public long MaxBytes
    {
        get;
        init => field = Within(value, 1, 64L << 30, nameof(MaxBytes));
    } = 4L << 30;

    /// <summary>Width x height of a frame in pixels, 1 to 100 million. Default 36 million: 8K.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside its range.</exception>
    public long MaxPixels
    {
        get;
        init => field = Within(value, 1, 100_000_000, nameof(MaxPixels));
    } = 36_000_000;

    /// <summary>Memory that the decoder may map, in MiB: 512 to 65,536. Default 2,048, which is enough for H.264 in 8K.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside its range.</exception>
    public int MemoryMebibytes
    {
        get;
        init => field = (int)Within(value, 512, 65_536, nameof(MemoryMebibytes));
    } = 2048;

    /// <summary>How long the decoder may work, and how long the encoder of the overlay: 1 second to 6 hours. Default 15 minutes. Time in
    /// which nobody takes what is decoded does not count.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside its range.</exception>
    public TimeSpan TimeLimit
    {
        get;
        init => field = Within(value, TimeSpan.FromSeconds(1), TimeSpan.FromHours(6), nameof(TimeLimit));
    } = TimeSpan.FromMinutes(15);

    /// <summary>Threads of the decoder and of the encoder, 1 to 16. Default 2.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside its range.</exception>
    public int Threads
    {
        get;
        init => field = (int)Within(value, 1, 16, nameof(Threads));
    } = 2;

    /// <summary>Between two points of a track further apart than this nobody knows where the camera was: 1 second to 10 minutes. Default
    /// 10 seconds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside its range.</exception>
    public TimeSpan LongestGap
    {
        get;
        init => field = Within(value, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10), nameof(LongestGap));
    } = TimeSpan.FromSeconds(10);

    /// <summary>The part of a video that these options look at, at most.</summary>
    public TimeSpan Reach => TimeSpan.FromTicks(Math.Min(Longest.Ticks, Frames * Every.Ticks));

    /// <summary>What the programs that read and write the video may use.</summary>
    internal ToolLimits Limits => new((long)MemoryMebibytes << 20, TimeLimit, Threads);

    private static T Within<T>(T value, T least, T most, string name)
        where T : IComparable<T> =>
        value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"{name} is {value}; it must be {least} to {most}.");
}
