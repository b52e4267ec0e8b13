using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace RoadSeg.Cli.Stack;

/// <summary>What a local stack runs with.</summary>
internal sealed record LocalStackOptions
{
    /// <summary>Where Azurite keeps its data; null keeps it in memory. Default null.</summary>
    public string? DataFolder { get; init; }

    /// <summary>Loopback port of the HTTP API; 0 takes a free one. Default 0.</summary>
    public int Port { get; init; }

    /// <summary>Port of Azurite's blob service; queues and tables take the next two. 0 takes free ones. Default 0.</summary>
    public int StoragePort { get; init; }

    /// <summary>Whether function keys are checked. Default off.</summary>
    public bool RequireKeys { get; init; }

    /// <summary>Whether uploads send storage events. Default on.</summary>
    public bool BlobEvents { get; init; } = true;

    /// <summary>App settings on top of the stack's own.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Where the host and the worker log. Default: nowhere.</summary>
    public ILoggerFactory Logs { get; init; } = NullLoggerFactory.Instance;
}
