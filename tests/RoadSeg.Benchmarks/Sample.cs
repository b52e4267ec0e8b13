namespace RoadSeg.Benchmarks;

/// <summary>Repeated measurements of one thing, in milliseconds.</summary>
internal sealed record Sample(IReadOnlyList<double> Milliseconds)
{
    public double Median => At(0.5);

    public double At(double quantile) => Milliseconds.Order().ElementAt((int)(quantile * (Milliseconds.Count - 1)));

    /// <summary>Times an action after warming it up.</summary>
    public static Sample Of(int times, Action action)
    {
        action();
        return new Sample([.. Enumerable.Range(0, times).Select(_ =>
        {
            var started = System.Diagnostics.Stopwatch.GetTimestamp();
            action();
            return System.Diagnostics.Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        })]);
    }

    public override string ToString() => FormattableString.Invariant(
        $"median {Median:F1} ms (min {Milliseconds.Min():F1}, p90 {At(0.9):F1}, max {Milliseconds.Max():F1}, n {Milliseconds.Count})");
}
