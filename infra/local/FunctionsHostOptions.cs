using Microsoft.Extensions.Logging.Abstractions;

namespace RoadSeg.LocalHost;

/// <summary>What one local Functions host runs and how. Validated when the host starts.</summary>
public sealed record FunctionsHostOptions
{
    /// <summary>Folder with <c>host.json</c> and one <c>&lt;Function&gt;/function.json</c> per function.</summary>
    public required string ScriptRoot { get; init; }

    /// <summary>Loopback TCP port, 0 to 65535. 0 takes a free one. Default 7071.</summary>
    public int Port { get; init; } = 7071;

    /// <summary>Whether function, host and master keys are checked. Off by default, as in Core Tools.</summary>
    public bool RequireKeys { get; init; }

    /// <summary>
    /// Reproduces faults of the real host that only hurt a developer: the buffered request rebuild that loses chunked bodies,
    /// and an invocation that hangs on an empty answer. Default off.
    /// </summary>
    public bool Strict { get; init; }

    /// <summary>Folder for the key file. Default: a folder of this application under the user's temporary folder.</summary>
    public string? StateFolder { get; init; }

    /// <summary>App settings; they win over environment variables, which win over <c>local.settings.json</c>.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>How long a timed-out invocation may still finish before the handler is killed. Default 2 s.</summary>
    public TimeSpan TimeoutGracePeriod { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Clock of every delay, renewal, time-out and schedule.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Seed of the randomised back-offs. Default: taken from the clock.</summary>
    public int? Seed { get; init; }

    /// <summary>Where the host, the functions and the handler's console lines are logged. Default: nowhere.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    internal FunctionsHostOptions Validated()
    {
        if (!Directory.Exists(ScriptRoot))
            throw new HostConfigurationException($"The script root '{ScriptRoot}' does not exist. Give the folder that holds host.json.");
        if (Port is < 0 or > 65535)
            throw new HostConfigurationException($"The port {Port} is not between 0 and 65535.");
        if (TimeoutGracePeriod < TimeSpan.Zero)
            throw new HostConfigurationException("The time-out grace period must not be negative.");
        return this with { ScriptRoot = Path.GetFullPath(ScriptRoot) };
    }
}
