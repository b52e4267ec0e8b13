namespace RoadSeg.Batches;

/// <summary>How fast the items of a batch end.</summary>
/// <param name="Ended">Items whose jobs had ended at that time.</param>
/// <param name="At">The time.</param>
/// <param name="PerSecond">Items a second; null before the first two looks.</param>
public sealed record BatchPace(int Ended, DateTimeOffset At, double? PerSecond = null)
{
    // What was seen so long ago counts half as much as what is seen now.
    private static readonly TimeSpan Half = TimeSpan.FromSeconds(60);

    /// <summary>The pace at a later time: an average in which the past fades.</summary>
    public BatchPace Then(int ended, DateTimeOffset now)
    {
        var passed = now - At;
        if (passed <= TimeSpan.Zero)
            return this;
        var seen = Math.Max(0, ended - Ended) / passed.TotalSeconds;
        var kept = PerSecond is null ? 0 : Math.Pow(0.5, passed / Half);
        return new BatchPace(ended, now, (kept * (PerSecond ?? 0)) + ((1 - kept) * seen));
    }
}
