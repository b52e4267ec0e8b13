using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RoadSeg.LocalHost;
using RoadSeg.Storage;

namespace RoadSeg.Cli.Stack;

/// <summary>What a local stack runs with.</summary>
internal sealed record LocalStackOptions
{
    /// <summary>Where Azurite keeps its data.</summary>
    public required string DataFolder { get; init; }

    /// <summary>Loopback port of the HTTP API; 0 takes a free one. Default 0.</summary>
    public int Port { get; init; }

    /// <summary>Port of Azurite's blob service; queues take the next one. 0 takes free ports. Default 0.</summary>
    public int StoragePort { get; init; }

    /// <summary>Whether function keys are checked. Default off.</summary>
    public bool RequireKeys { get; init; }

    /// <summary>Folder of the model package. Default: the one that ships.</summary>
    public string Model { get; init; } = Workspace.DefaultModel;

    /// <summary>App settings on top of the stack's own.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Where the host and the handler log. Default: nowhere.</summary>
    public ILoggerFactory Logs { get; init; } = NullLoggerFactory.Instance;
}
