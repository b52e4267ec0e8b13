namespace RoadSeg.LocalHost.Handler;

/// <summary>Three handler errors, none more than 30 minutes after the one before it, end the host.</summary>
internal sealed class RestartPolicy(TimeProvider clock)
{
    public const int Threshold = 3;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(30);

    private readonly Stack<DateTimeOffset> _errors = new();

    /// <summary>Counts an error; true if the handler may be started again.</summary>
    public bool MayRestartAfterError()
    {
        var now = clock.GetUtcNow();
        if (_errors.TryPeek(out var newest) && now - newest > Window) _errors.Clear();
        _errors.Push(now);
        return _errors.Count < Threshold;
    }
}
