using RoadSeg.Batches;
using RoadSeg.Functions.Work;

namespace RoadSeg.Functions.Batches;

/// <summary>Bounds of batches, from app settings.</summary>
internal sealed record BatchOptions
{
    // Enough that more instances are started for them; the sweep looks at jobs that are older than this.
    private const int Least = 256;
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(30);

    /// <summary>ROADSEG_BATCH_WINDOW: jobs of a batch that may be under way at once; the others wait in the batch's lists, where they cost
    /// nothing. Default 1 000, 1 to 100 000.</summary>
    public int Window { get; init; } = 1000;

    /// <summary>Jobs of a batch that are to be under way: as many as end in half a minute, at least 256, at most
    /// <see cref="Window"/>.</summary>
    public int WindowOf(BatchPace? pace) => (int)Math.Min(Window, Math.Max(Least, (pace?.PerSecond ?? 0) * Ahead.TotalSeconds));

    /// <summary>ROADSEG_MAX_BATCHES: batches of a caller that may be at work at once. Default 20, 1 to 1 000.</summary>
    public int MaxLive { get; init; } = 20;

    public static BatchOptions Read(IConfiguration settings)
    {
        var standard = new BatchOptions();
        return new BatchOptions
        {
            Window = (int)settings.Whole("ROADSEG_BATCH_WINDOW", standard.Window, 1, 100_000),
            MaxLive = (int)settings.Whole("ROADSEG_MAX_BATCHES", standard.MaxLive, 1, 1000),
        };
    }
}
