using System.Globalization;

namespace RoadSeg.LocalHost.Configuration;

/// <summary><c>extensions.queues</c> of host.json.</summary>
internal sealed record QueueOptions
{
    private static readonly TimeSpan DefaultMaxPollingInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan DevelopmentMaxPollingInterval = TimeSpan.FromSeconds(2);

    /// <summary>Messages per receive, 1 to 32.</summary>
    public int BatchSize { get; init; } = 16;

    /// <summary>Running messages at which the next batch is fetched. Default (batchSize / 2) x processors.</summary>
    public int NewBatchThreshold { get; init; } = 8;

    public int MaxDequeueCount { get; init; } = 5;

    /// <summary>How long a failed message stays invisible.</summary>
    public TimeSpan VisibilityTimeout { get; init; } = TimeSpan.Zero;

    /// <summary>Longest back-off, at least 100 ms. Default 1 min, in Development 2 s.</summary>
    public TimeSpan MaxPollingInterval { get; init; } = DefaultMaxPollingInterval;

    /// <summary>Whether messages are base64 on the wire.</summary>
    public bool Base64 { get; init; } = true;

    public static QueueOptions Load(HostSettings settings)
    {
        var section = settings.Host("extensions:queues");
        var batchSize = HostJsonOptions.Number(section, "batchSize", 16, 1, 32);
        var interval = Duration(section, "maxPollingInterval", DefaultMaxPollingInterval, TimeSpan.FromMilliseconds(100));
        return new QueueOptions
        {
            BatchSize = batchSize,
            NewBatchThreshold = HostJsonOptions.Number(section, "newBatchThreshold", batchSize / 2 * Environment.ProcessorCount, 0, int.MaxValue),
            MaxDequeueCount = HostJsonOptions.Number(section, "maxDequeueCount", 5, 1, int.MaxValue),
            VisibilityTimeout = Duration(section, "visibilityTimeout", TimeSpan.Zero, TimeSpan.Zero),
            MaxPollingInterval = interval == DefaultMaxPollingInterval && settings.IsDevelopment ? DevelopmentMaxPollingInterval : interval,
            Base64 = (section["messageEncoding"] ?? "base64").ToLowerInvariant() switch
            {
                "" or "base64" => true,
                "none" => false,
                var other => throw new HostConfigurationException($"extensions.queues.messageEncoding must be base64 or none, not '{other}'."),
            },
        };
    }

    private static TimeSpan Duration(IConfigurationSection section, string name, TimeSpan absent, TimeSpan low) =>
        section[name] is not { Length: > 0 } text ? absent
        : TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var value) && value >= low ? value
        : throw new HostConfigurationException($"'{section.Path}:{name}' must be a time span of at least {low}, not '{text}'.");
}
