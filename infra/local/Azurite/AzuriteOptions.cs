namespace RoadSeg.LocalHost;

/// <summary>One Azurite process. Loopback only.</summary>
public sealed record AzuriteOptions
{
    /// <summary>The <c>node_modules</c> folder that holds the <c>azurite</c> package.</summary>
    public required string NodeModules { get; init; }

    /// <summary>Where the data lives. Null keeps it in memory: gone when the process ends.</summary>
    public string? DataFolder { get; init; }

    /// <summary>Port of the blob service; 0 takes a free one. Default 0.</summary>
    public int BlobPort { get; init; }

    /// <summary>Port of the queue service; 0 takes a free one. Default 0.</summary>
    public int QueuePort { get; init; }

    /// <summary>Port of the table service; 0 takes a free one. Default 0.</summary>
    public int TablePort { get; init; }

    /// <summary>Names of further accounts, each with data of its own and the well-known key, 3 to 24 lower-case letters and digits. Default
    /// none.</summary>
    public IReadOnlyList<string> Accounts { get; init; } = [];

    /// <summary>How long the start may take. Default 60 s.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The Node executable. Default: <c>node</c> on the PATH.</summary>
    public string Node { get; init; } = "node";
}
