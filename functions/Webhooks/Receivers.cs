using System.Collections.Concurrent;

namespace RoadSeg.Functions.Webhooks;

/// <summary>Receivers that lately did not answer at all. All jobs leave such a receiver alone for a while, then one tries it first: a receiver that
/// hangs does not take the time of those that do not. Known to this process only, and lost with it.</summary>
internal sealed class Receivers(WebhookOptions options, TimeProvider time)
{
    private const int MostKnown = 10_000;

    private readonly ConcurrentDictionary<string, DateTimeOffset> _silentUntil = new();

    /// <summary>Asks to call a receiver.</summary>
    /// <returns>Null to go ahead, or how long to wait before asking again.</returns>
    public TimeSpan? Enter(Uri url)
    {
        var now = time.GetUtcNow();
        if (!_silentUntil.TryGetValue(Of(url), out var until))
            return null;

        // Its time is up: one call tries it. The others wait for what comes of that, which may be known long before that call must end.
        if (until <= now)
            return _silentUntil.TryUpdate(Of(url), now + options.Timeout, until) ? null : options.Pause;
        return until - now < options.Pause ? until - now : options.Pause;
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
