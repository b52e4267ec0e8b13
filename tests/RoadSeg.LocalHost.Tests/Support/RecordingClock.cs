using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace RoadSeg.LocalHost.Tests;

/// <summary>A clock that stands still until told, and remembers every delay that was asked of it.</summary>
internal sealed class RecordingClock : TimeProvider
{
    private readonly FakeTimeProvider _clock = new();
    private readonly ConcurrentQueue<TimeSpan> _delays = new();

    public IReadOnlyCollection<TimeSpan> Delays => _delays;

    public override DateTimeOffset GetUtcNow() => _clock.GetUtcNow();

    public override long GetTimestamp() => _clock.GetTimestamp();

    public override long TimestampFrequency => _clock.TimestampFrequency;

    public override TimeZoneInfo LocalTimeZone => _clock.LocalTimeZone;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = _clock.CreateTimer(callback, state, dueTime, period);
        _delays.Enqueue(dueTime);
        return timer;
    }

    public void Advance(TimeSpan by) => _clock.Advance(by);

    public Task DelayCountAsync(int count) => Eventually.TrueAsync(() => _delays.Count >= count, $"delay {count}");
}
