namespace RoadSeg.LocalHost.Worker;

/// <summary>Three worker errors, none more than 30 minutes after the one before it, end the host.</summary>
internal sealed class RestartPolicy(TimeProvider clock)
{
    private const int Threshold = 3;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(30);

    private DateTimeOffset _newest = DateTimeOffset.MinValue;
    private int _errors;

    /// <summary>Counts an error; true if the worker may be started again.</summary>
    public bool MayRestartAfterError()
    {
        var now = clock.GetUtcNow();
        if (now - _newest > Window)
            _errors = 0;
        _newest = now;
        return ++_errors < Threshold;
    }
}
