using System.Collections.Concurrent;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using RoadSeg.LocalHost.Configuration;

namespace RoadSeg.LocalHost.Storage;

/// <summary>Storage clients by the name of the connection setting, looked up as the real host does.</summary>
internal sealed class StorageConnections(HostSettings settings)
{
    private readonly ConcurrentDictionary<string, QueueServiceClient> _queues = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, BlobServiceClient> _blobs = new(StringComparer.Ordinal);

    /// <summary>Queues carry text as it is on the wire; encoding is the caller's.</summary>
    public QueueServiceClient Queues(string? connection) => _queues.GetOrAdd(ConnectionString(connection), text =>
        new QueueServiceClient(text, new QueueClientOptions { MessageEncoding = QueueMessageEncoding.None }));

    public BlobServiceClient Blobs(string? connection) =>
        _blobs.GetOrAdd(ConnectionString(connection), text => new BlobServiceClient(text));

    public bool Has(string? connection) => Find(connection) is { Value.Length: > 0 };

    /// <exception cref="HostConfigurationException">The setting is missing or holds an identity.</exception>
    private string ConnectionString(string? connection)
    {
        var name = string.IsNullOrEmpty(connection) ? "Storage" : connection;
        var section = Find(connection);
        if (section?.Value is { Length: > 0 } text) return text;
        if (section is null || !section.GetChildren().Any())
        {
            var setting = name == "Storage" ? "AzureWebJobsStorage" : name;
            throw new HostConfigurationException($"The storage connection '{name}' is not configured. Set '{setting}' to a connection string.");
        }
        throw new HostConfigurationException(
            $"The storage connection '{name}' is given as an identity ('{section.Path.Replace(':', '_')}__...'). "
            + "The local host takes connection strings only; identities are for the host in Azure.");
    }

    private IConfigurationSection? Find(string? connection)
    {
        var name = string.IsNullOrEmpty(connection) ? "Storage" : connection;
        string[] places = [$"ConnectionStrings:AzureWebJobs{name}", $"AzureWebJobs{name}", $"ConnectionStrings:{name}", name];
        return places.Select(settings.Section).FirstOrDefault(section => section.Exists());
    }
}
