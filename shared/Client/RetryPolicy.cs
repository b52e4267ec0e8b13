using System.Security.Cryptography;

namespace RoadSeg.Client;

/// <summary>When a failed call is made again. Every call of the client is safe to repeat: reads change nothing, canceling is
/// idempotent, and submissions carry an Idempotency-Key.</summary>
public sealed record RetryPolicy
{
    private const int JitterSteps = 1 << 16;
    private const double ServerSpread = 0.2;

    /// <summary>No repetition.</summary>
    public static RetryPolicy None { get; } = new() { MaxAttempts = 1 };

    /// <summary>Attempts in all, the first included. Default 4, 1 to 20.</summary>
    public int MaxAttempts
    {
        get;
        init => field = value is >= 1 and <= 20 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "1 to 20 attempts.");
    } = 4;

    /// <summary>Longest delay before the second attempt; it doubles with each further one. A delay is half of that to all of it, by chance.
    /// Default 0.5 s, above 0.</summary>
    public TimeSpan FirstDelay
    {
        get;
        init => field = value > TimeSpan.Zero ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A delay above zero.");
    } = TimeSpan.FromSeconds(0.5);

    /// <summary>Longest delay. A service that asks for a longer one by <c>Retry-After</c> is not asked again: the caller gets the failure.
    /// Default 30 s, above 0.</summary>
    public TimeSpan MaxDelay
    {
        get;
        init => field = value > TimeSpan.Zero ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A delay above zero.");
    } = TimeSpan.FromSeconds(30);

    /// <summary>How long to wait after a failed attempt (1 for the first); null to give up.</summary>
    internal TimeSpan? Delay(int attempt, Exception failure)
    {
        if (attempt >= MaxAttempts)
            return null;
        switch (failure)
        {
            case RoadSegApiException { Retryable: true, RetryAfter: { } asked }:
                return asked > MaxDelay ? null : asked * (1 + ServerSpread * Chance());
            case HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError }:
                return null;
            case RoadSegApiException { Retryable: true } or HttpRequestException or IOException or TimeoutException:
                var longest = FirstDelay * Math.Pow(2, attempt - 1);
                return (longest < MaxDelay ? longest : MaxDelay) * (0.5 + 0.5 * Chance());
            default:
                return null;
        }
    }

    // Many clients that failed at one moment must not come back at one moment: the spread needs no seed, only not to be shared.
    private static double Chance() => RandomNumberGenerator.GetInt32(JitterSteps) / (double)JitterSteps;
}
