using Azure.Storage.Blobs;
using RoadSeg.LocalHost;
using RoadSeg.Storage;

[assembly: AssemblyFixture(typeof(RoadSeg.Functions.Tests.StorageFixture))]

namespace RoadSeg.Functions.Tests;

/// <summary>One Azurite with the app's containers, for all tests.</summary>
public sealed class StorageFixture : IAsyncLifetime
{
    private AzuriteProcess? _azurite;

    internal BlobServiceClient Blobs { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _azurite = await AzuriteProcess.StartAsync(new AzuriteOptions { NodeModules = Path.Combine(Checkout.Root, "infra", "packages", "node_modules") });
        Blobs = new BlobServiceClient(_azurite.ConnectionString);
        foreach (var container in Containers.All)
            await Blobs.CreateBlobContainerAsync(container);
    }

    public async ValueTask DisposeAsync()
    {
        if (_azurite is not null)
            await _azurite.DisposeAsync();
    }
}
