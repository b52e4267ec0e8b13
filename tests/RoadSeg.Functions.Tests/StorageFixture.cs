using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using RoadSeg.LocalHost;
using RoadSeg.Storage;

[assembly: AssemblyFixture(typeof(RoadSeg.Functions.Tests.StorageFixture))]

namespace RoadSeg.Functions.Tests;

/// <summary>One Azurite with the app's containers and queues, for all tests.</summary>
public sealed class StorageFixture : IAsyncLifetime
{
    private AzuriteProcess? _azurite;

    internal string ConnectionString => _azurite!.ConnectionString;

    internal BlobServiceClient Blobs { get; private set; } = null!;

    internal QueueServiceClient Queues { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _azurite = await AzuriteProcess.StartAsync(new AzuriteOptions { NodeModules = Path.Combine(Checkout.Root, "infra", "packages", "node_modules") });
        Blobs = new BlobServiceClient(_azurite.ConnectionString);
        foreach (var container in Containers.All)
            await Blobs.CreateBlobContainerAsync(container);
        Queues = new QueueServiceClient(_azurite.ConnectionString, new QueueClientOptions { MessageEncoding = QueueMessageEncoding.None });
        foreach (var queue in RoadSeg.Storage.Queues.All)
            await Queues.CreateQueueAsync(queue);
    }

    public async ValueTask DisposeAsync()
    {
        if (_azurite is not null)
            await _azurite.DisposeAsync();
    }
}
