using Microsoft.Extensions.Logging.Abstractions;

namespace RoadSeg.LocalHost.Configuration;

/// <summary>What one local Functions host runs and how. Validated when the host starts.</summary>
public sealed record FunctionsHostOptions
{
    /// <summary>The build output of an isolated worker: <c>host.json</c>, <c>worker.config.json</c> and its assemblies.</summary>
    public required string ScriptRoot { get; init; }

    /// <summary>Loopback TCP port, 0 to 65535. 0 takes a free one. Default 7071.</summary>
    public int Port { get; init; } = 7071;

    /// <summary>Whether function, host and master keys are checked. Off by default, as in Core Tools.</summary>
    public bool RequireKeys { get; init; }

    /// <summary>Folder for the key file. Default: a folder of this application under the user's temporary folder.</summary>
    public string? StateFolder { get; init; }

    /// <summary>App settings; they win over environment variables, which win over <c>local.settings.json</c>.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>How long a timed-out invocation may still finish before the worker is killed. Default 2 s.</summary>
    public TimeSpan TimeoutGracePeriod { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Clock of time-outs and of the restart window; the SDK's listeners have their own.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where the host, the functions and the worker's console lines are logged. Default: nowhere.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    internal FunctionsHostOptions Validated()
    {
        if (!Directory.Exists(ScriptRoot))
            throw new HostConfigurationException(
                $"The script root '{ScriptRoot}' does not exist. Give the build output of an isolated worker."
            );
        if (Port is < 0 or > 65535)
            throw new HostConfigurationException($"The port {Port} is not between 0 and 65535.");
        if (TimeoutGracePeriod < TimeSpan.Zero)
            throw new HostConfigurationException("The time-out grace period must not be negative.");
        return this with { ScriptRoot = Path.GetFullPath(ScriptRoot) };
    }
}
