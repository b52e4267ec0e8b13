using System.Globalization;
using Newtonsoft.Json.Linq;

namespace RoadSeg.LocalHost.Configuration;

/// <summary>A <c>retry</c> section of function.json or host.json.</summary>
internal sealed record RetryOptions(int MaxRetryCount, TimeSpan Minimum, TimeSpan Maximum, bool Exponential)
{
    public static RetryOptions? From(IConfigurationSection section) => !section.Exists() ? null
        : From(name => section[name], section.Path);

    public static RetryOptions? From(JToken? json, string where) => json is not JObject section ? null
        : From(name => (string?)section.GetValue(name, StringComparison.OrdinalIgnoreCase), where);

    private static RetryOptions From(Func<string, string?> value, string where)
    {
        if (!int.TryParse(value("maxRetryCount"), CultureInfo.InvariantCulture, out var count) || count < -1)
            throw new HostConfigurationException($"'{where}' needs maxRetryCount: -1 for unlimited, or 0 and up.");
        return (value("strategy") ?? "").ToLowerInvariant() switch
        {
            "fixeddelay" => Interval("delayInterval") is var delay ? new RetryOptions(count, delay, delay, false) : null!,
            "exponentialbackoff" when Interval("minimumInterval") is var low && Interval("maximumInterval") is var high && low <= high =>
                new RetryOptions(count, low, high, true),
            "exponentialbackoff" => throw new HostConfigurationException($"'{where}': minimumInterval must not be greater than maximumInterval."),
            var other => throw new HostConfigurationException($"'{where}': strategy must be fixedDelay or exponentialBackoff, not '{other}'."),
        };

        TimeSpan Interval(string name) =>
            TimeSpan.TryParse(value(name), CultureInfo.InvariantCulture, out var interval) && interval >= TimeSpan.Zero ? interval
            : throw new HostConfigurationException($"'{where}' needs {name}, a time span such as 00:00:10.");
    }
}
