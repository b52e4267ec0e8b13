namespace RoadSeg.Functions.Webhooks;

/// <summary>How webhooks are signed, sent and sent again, from app settings. Durations are written <c>d.hh:mm:ss</c>.</summary>
internal sealed record WebhookOptions
{
    private const string SecretPrefix = "whsec_";
    private static readonly TimeSpan Instant = TimeSpan.FromMilliseconds(10);

    /// <summary>ROADSEG_WEBHOOK_SECRETS: <c>whsec_</c> and 24-64 bytes in base64, several separated by commas while they rotate: all of
    /// them sign, the first one first. Default none: then no job may have a webhook.</summary>
    public IReadOnlyList<byte[]> Secrets { get; init; } = [];

    /// <summary>ROADSEG_WEBHOOK_ALLOW_LOOPBACK: 1 lets webhooks go to this machine, by http too. For development and tests. Default
    /// off.</summary>
    public bool AllowLoopback { get; init; }

    /// <summary>ROADSEG_WEBHOOK_TIMEOUT: how long an attempt may take. Default 10 seconds.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>ROADSEG_WEBHOOK_FIRST_DELAY: from the first attempt to the second. Default 5 seconds; it doubles from there.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>ROADSEG_WEBHOOK_STEADY_DELAY: the longest delay while <see cref="SteadyFor"/>: a receiver that comes back within that time
    /// has its webhooks within this. Default 50 seconds.</summary>
    public TimeSpan SteadyDelay { get; init; } = TimeSpan.FromSeconds(50);

    /// <summary>ROADSEG_WEBHOOK_STEADY_FOR: since the job ended; afterwards each delay is a quarter of the time gone by. Default 40
    /// minutes.</summary>
    public TimeSpan SteadyFor { get; init; } = TimeSpan.FromMinutes(40);

    /// <summary>ROADSEG_WEBHOOK_GIVE_UP_AFTER: since the job ended; no attempt is made later. Default 1 day.</summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromDays(1);

    /// <summary>ROADSEG_WEBHOOK_PAUSE: how long a receiver that did not answer at all is left alone by all jobs of the same caller; twice
    /// as long each time, up to <see cref="SteadyDelay"/>. Default 20 seconds.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>The longest <c>Retry-After</c> that is obeyed.</summary>
    public TimeSpan MaxRetryAfter { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Whether jobs may have webhooks: without a secret nothing could be signed.</summary>
    public bool Enabled => Secrets.Count > 0;

    public static WebhookOptions Read(IConfiguration settings)
    {
        var standard = new WebhookOptions();
        return new WebhookOptions
        {
            Secrets = ReadSecrets(settings["ROADSEG_WEBHOOK_SECRETS"] ?? ""),
            AllowLoopback = settings.Whole("ROADSEG_WEBHOOK_ALLOW_LOOPBACK", 0, 0, 1) == 1,
            Timeout = settings.Duration("ROADSEG_WEBHOOK_TIMEOUT", standard.Timeout, Instant, TimeSpan.FromMinutes(1)),
            FirstDelay = settings.Duration("ROADSEG_WEBHOOK_FIRST_DELAY", standard.FirstDelay, Instant, TimeSpan.FromHours(1)),
            SteadyDelay = settings.Duration("ROADSEG_WEBHOOK_STEADY_DELAY", standard.SteadyDelay, Instant, TimeSpan.FromHours(1)),
            SteadyFor = settings.Duration("ROADSEG_WEBHOOK_STEADY_FOR", standard.SteadyFor, TimeSpan.Zero, TimeSpan.FromDays(1)),
            GiveUpAfter = settings.Duration("ROADSEG_WEBHOOK_GIVE_UP_AFTER", standard.GiveUpAfter, TimeSpan.Zero, TimeSpan.FromDays(5)),
            Pause = settings.Duration("ROADSEG_WEBHOOK_PAUSE", standard.Pause, Instant, TimeSpan.FromHours(1)),
        };
    }

    /// <summary>When to try again after an attempt that failed.</summary>
    /// <param name="elapsed">Since the job ended.</param>
    /// <param name="shortened">0 to 1: how far to shorten the delay, by a fifth at most, so that jobs that ended together spread
    /// out.</param>
    /// <param name="retryAfter">What the receiver asked for: it is what it gets, from the first delay up to <see cref="MaxRetryAfter"/>;
    /// after <see cref="SteadyFor"/> no attempt is made sooner than without it.</param>
    /// <returns>The delay; null when it is time to give up.</returns>
    public TimeSpan? Delay(TimeSpan elapsed, double shortened, TimeSpan? retryAfter)
    {
        var delay =
            elapsed >= SteadyFor ? elapsed / 4
            : elapsed > SteadyDelay ? SteadyDelay
            : elapsed;
        if (delay < FirstDelay)
            delay = FirstDelay;
        delay *= 1 - (shortened / 5);
        if (retryAfter is { } asked)
        {
            var least = elapsed < SteadyFor ? FirstDelay : delay;
            delay =
                asked < least ? least
                : asked < MaxRetryAfter ? asked
                : MaxRetryAfter;
        }

        return elapsed + delay > GiveUpAfter ? null : delay;
    }

    private static byte[][] ReadSecrets(string text) =>
        [
            .. text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(
                    (secret, i) =>
                    {
                        var bytes = new byte[64];
                        return
                            secret.StartsWith(SecretPrefix, StringComparison.Ordinal)
                            && Convert.TryFromBase64String(secret[SecretPrefix.Length..], bytes, out var length)
                            && length >= 24
                            ? bytes[..length]
                            : throw new InvalidOperationException(
                                $"Number {i + 1} of ROADSEG_WEBHOOK_SECRETS is not {SecretPrefix} and 24 to 64 bytes in base64."
                            );
                    }
                ),
        ];
}
