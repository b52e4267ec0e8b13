namespace RoadSeg.Functions.Tests.Datasets;

/// <summary>A storage of their own for tests that count messages: queues show 32 of them at most, and a sweep sends for every set that it finds.</summary>
public sealed class DropStorage : IAsyncLifetime
{
    internal StorageFixture Storage { get; } = new();

    public ValueTask InitializeAsync() => Storage.InitializeAsync();

    public ValueTask DisposeAsync() => Storage.DisposeAsync();
}

[CollectionDefinition("dropped data sets")]
public sealed class DroppedDataSets : ICollectionFixture<DropStorage>;
