[assembly: AssemblyFixture(typeof(RoadSeg.Functions.Tests.ServiceFixture))]

namespace RoadSeg.Functions.Tests;

/// <summary>One service for all tests that need no other settings, on an account of its own.</summary>
public sealed class ServiceFixture : IAsyncLifetime
{
    private readonly StorageFixture _storage = new();

    internal WholeService Service { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await _storage.InitializeAsync();
        Service = await WholeService.StartAsync(_storage);
    }

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        await _storage.DisposeAsync();
    }
}
