using System.Diagnostics;

namespace RoadSeg.Torch;

/// <summary>Time that a thread spends inside libtorch: operators, backward, freeing. What is left of a step is ours. Off until asked for.</summary>
public static class NativeTime
{
    [ThreadStatic]
    private static long ticks;

    /// <summary>Whether it is counted: two reads of the clock a call.</summary>
    public static bool Counted { get; set; }

    /// <summary>Of the calling thread, since it began.</summary>
    public static TimeSpan OfThisThread => Stopwatch.GetElapsedTime(0, ticks);

    internal static long Begin() => Counted ? Stopwatch.GetTimestamp() : 0;

    internal static void End(long began)
    {
        if (began != 0)
            ticks += Stopwatch.GetTimestamp() - began;
    }
}
