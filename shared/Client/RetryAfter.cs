using System.Net.Http.Headers;

namespace RoadSeg.Client;

/// <summary>The header Retry-After (RFC 9110, 10.2.3).</summary>
public static class RetryAfter
{
    /// <summary>How long to wait: what is left until its date, or its seconds. Never below zero; null where there is no header.</summary>
    public static TimeSpan? Remaining(this RetryConditionHeaderValue? header, DateTimeOffset now)
    {
        var asked = header?.Delta ?? header?.Date - now;
        return asked < TimeSpan.Zero ? TimeSpan.Zero : asked;
    }
}
