using System.Globalization;

namespace RoadSeg.LocalHost.Configuration;

/// <summary>The host.json values outside <c>customHandler</c>, with the defaults and ranges of the real host.</summary>
internal sealed record HostJsonOptions
{
    /// <summary>Null: unlimited (<c>"-1"</c>). Default 30 min, at least 1 s.</summary>
    public TimeSpan? FunctionTimeout { get; init; } = TimeSpan.FromMinutes(30);

    public required QueueOptions Queues { get; init; }

    public string RoutePrefix { get; init; } = "api";

    /// <summary>Requests running and waiting; -1 is unbounded.</summary>
    public int MaxOutstandingRequests { get; init; } = -1;

    /// <summary>Requests running; -1 is unbounded.</summary>
    public int MaxConcurrentRequests { get; init; } = -1;

    public IReadOnlyDictionary<string, string> CustomHeaders { get; init; } = new Dictionary<string, string>();

    /// <summary>Bytes of a request body. Default 104 857 600, set by FUNCTIONS_REQUEST_BODY_SIZE_LIMIT.</summary>
    public long RequestBodyLimit { get; init; } = 104_857_600;

    public bool HomePage { get; init; } = true;

    public RetryOptions? Retry { get; init; }

    public bool HasExtensionBundle { get; init; }

    public static HostJsonOptions Load(HostSettings settings) => new()
    {
        FunctionTimeout = Timeout(settings.Host("functionTimeout").Value),
        Queues = QueueOptions.Load(settings),
        RoutePrefix = settings.Host("extensions:http:routePrefix").Value?.Trim('/') ?? "api",
        MaxOutstandingRequests = Number(settings.Host("extensions:http"), "maxOutstandingRequests", -1, -1, int.MaxValue),
        MaxConcurrentRequests = Number(settings.Host("extensions:http"), "maxConcurrentRequests", -1, -1, int.MaxValue),
        CustomHeaders = settings.Host("extensions:http:customHeaders").GetChildren().ToDictionary(h => h.Key, h => h.Value ?? ""),
        RequestBodyLimit = long.TryParse(settings.Get("FUNCTIONS_REQUEST_BODY_SIZE_LIMIT"), CultureInfo.InvariantCulture, out var limit) ? limit : 104_857_600,
        HomePage = !string.Equals(settings.Get("AzureWebJobsDisableHomepage"), "true", StringComparison.OrdinalIgnoreCase),
        Retry = RetryOptions.From(settings.Host("retry")),
        HasExtensionBundle = settings.Host("extensionBundle").Exists(),
    };

    internal static int Number(IConfigurationSection section, string name, int absent, int low, int high) =>
        section[name] is not { Length: > 0 } text ? absent
        : int.TryParse(text, CultureInfo.InvariantCulture, out var value) && value >= low && value <= high ? value
        : throw new HostConfigurationException($"'{section.Path}:{name}' must be between {low} and {high}, not '{text}'.");

    private static TimeSpan? Timeout(string? text)
    {
        if (string.IsNullOrEmpty(text)) return TimeSpan.FromMinutes(30);
        if (!TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var value))
            throw new HostConfigurationException($"functionTimeout must be a time span or \"-1\", not '{text}'.");
        if (value == TimeSpan.FromDays(-1)) return null;
        return value >= TimeSpan.FromSeconds(1) ? value
            : throw new HostConfigurationException("functionTimeout must be at least 00:00:01, or \"-1\" for unlimited.");
    }
}
