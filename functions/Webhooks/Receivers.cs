using System.Collections.Concurrent;

namespace RoadSeg.Functions.Webhooks;

/// <summary>Receivers that lately did not answer at all. All jobs leave such a receiver alone for a while, then one tries it first: a
/// receiver that hangs does not take the time of those that do not. And each caller's calls under way: one whose receivers all hang does
/// not take the time of other callers. Known to this process only, and lost with it.</summary>
internal sealed class Receivers(WebhookOptions options, TimeProvider time)
{
    private const int MostKnown = 10_000;

    // Of the six messages that the host hands out at once: host.json.
    private const int MostCalls = 2;

    private readonly ConcurrentDictionary<string, DateTimeOffset> _silentUntil = new();
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

    /// <summary>Asks to call a receiver; false while it is to be left alone. Where its time is up, one call at a time may try it.</summary>
    public bool TryEnter(Uri url)
    {
        var now = time.GetUtcNow();
        return !_silentUntil.TryGetValue(Of(url), out var until)
            || (until <= now && _silentUntil.TryUpdate(Of(url), now + options.Timeout, until));
    }

    /// <summary>It answered, whatever the answer.</summary>
    public void Answered(Uri url) => _silentUntil.TryRemove(Of(url), out _);

    /// <summary>It did not answer.</summary>
    public void Silent(Uri url)
    {
        if (_silentUntil.Count >= MostKnown)
            _silentUntil.Clear();
        _silentUntil[Of(url)] = time.GetUtcNow() + options.Pause;
    }

    private static string Of(Uri url) => url.GetLeftPart(UriPartial.Authority);
}
