using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using RoadSeg.LocalHost.Blobs;
using RoadSeg.LocalHost.Configuration;

namespace RoadSeg.LocalHost;

/// <summary>What a storage account holds before the app starts, and which uploads raise an event: on Azure the infrastructure makes
/// this.</summary>
internal sealed record StoragePlan
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    public IReadOnlyList<string> Containers { get; init; } = [];

    public IReadOnlyList<string> Queues { get; init; } = [];

    public IReadOnlyList<BlobEvent> BlobEvents { get; init; } = [];

    public IEnumerable<BlobEventSubscription> Subscriptions =>
        BlobEvents.Select(e => new BlobEventSubscription(e.Container, e.Queue, e.EndsWith));

    /// <exception cref="HostConfigurationException">The file is missing or not of this form.</exception>
    public static StoragePlan Read(string file)
    {
        try
        {
            using var content = File.OpenRead(file);
            return JsonSerializer.Deserialize<StoragePlan>(content, Web) ?? throw new JsonException("It holds null.");
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new HostConfigurationException($"The plan '{file}' cannot be read: {error.Message}", error);
        }
    }

    /// <summary>Makes what is missing. Existing containers and queues keep what they hold.</summary>
    public async Task ApplyAsync(string connection, string? corsOrigins)
    {
        var blobs = new BlobServiceClient(connection);
        var queues = new QueueServiceClient(connection);
        foreach (var name in Containers)
            await blobs.GetBlobContainerClient(name).CreateIfNotExistsAsync();
        foreach (var name in Queues)
            await queues.GetQueueClient(name).CreateIfNotExistsAsync();
        if (corsOrigins is not null)
            await BlobCors.AdmitAsync(connection, corsOrigins);
    }

    /// <summary>Uploads into a container whose names end in a text, empty for all, go to a queue.</summary>
    internal sealed record BlobEvent(string Container, string Queue, string EndsWith = "");
}
