using System.Collections.Concurrent;

namespace RoadSeg.Functions.Webhooks;

/// <summary>Receivers that lately did not answer a caller at all. All of that caller's jobs leave such a receiver alone for a while, then
/// one tries it first: a receiver that hangs does not take the time of those that do not. And each caller's calls under way: one whose
/// receivers all hang does not take the time of other callers. Known to this process only, and lost with it.</summary>
internal sealed class Receivers(WebhookOptions options, TimeProvider time)
{
    private const int MostKnown = 10_000;

    // Of the six messages that the host hands out at once: host.json.
    private const int MostCalls = 2;

    private readonly ConcurrentDictionary<(string Caller, string Address), Silence> _silent = new();
    private readonly Dictionary<string, int> _calls = [];
    private readonly Lock _gate = new();

    /// <summary>Asks to make a call for a job of a caller's; false while as many are under way as a caller may have. Ends with
    /// <see cref="End"/>.</summary>
    public bool TryBegin(string caller)
    {
        lock (_gate)
        {
            var calls = _calls.GetValueOrDefault(caller);
            if (calls == MostCalls)
                return false;
            _calls[caller] = calls + 1;
            return true;
        }
    }

    /// <summary>The call has ended.</summary>
    public void End(string caller)
    {
        lock (_gate)
        {
            if (--_calls[caller] == 0)
                _calls.Remove(caller);
        }
    }

    /// <summary>Asks to call a receiver for a job of a caller's. Where its pause is over, one call at a time may try it.</summary>
    /// <returns>Null where it may be called; else when to ask again: at the end of the pause, and while another call tries it no later than
    /// a pause from now, since that call may be answered long before its timeout.</returns>
    public TimeSpan? Reserve(string caller, Uri url)
    {
        var (now, key) = (time.GetUtcNow(), Of(caller, url));
        if (!_silent.TryGetValue(key, out var silence))
            return null;
        if (silence.Until <= now && _silent.TryUpdate(key, silence with { Until = now + options.Timeout }, silence))
            return null;
        var left = silence.Until - now;
        return left > TimeSpan.Zero && left < silence.Pause ? left : silence.Pause;
    }

    /// <summary>It answered, whatever the answer.</summary>
    public void Answered(string caller, Uri url) => _silent.TryRemove(Of(caller, url), out _);

    /// <summary>It did not answer: the pause doubles each time, up to the steady delay of attempts.</summary>
    public void Silent(string caller, Uri url)
    {
        if (_silent.Count >= MostKnown)
            _silent.Clear();
        var now = time.GetUtcNow();
        _silent.AddOrUpdate(
            Of(caller, url),
            _ => new Silence(now + options.Pause, options.Pause),
            (_, former) =>
            {
                var longer = Math.Max(options.Pause.Ticks, Math.Min(2 * former.Pause.Ticks, options.SteadyDelay.Ticks));
                return new Silence(now + TimeSpan.FromTicks(longer), TimeSpan.FromTicks(longer));
            }
        );
    }

    private static (string, string) Of(string caller, Uri url) => (caller, url.GetLeftPart(UriPartial.Authority));

    private sealed record Silence(DateTimeOffset Until, TimeSpan Pause);
}
