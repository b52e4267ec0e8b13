using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using RoadSeg.LocalHost;
using RoadSeg.Storage;

[assembly: AssemblyFixture(typeof(RoadSeg.Functions.Tests.StorageFixture))]

namespace RoadSeg.Functions.Tests;

/// <summary>An account of its own with the app's containers and queues: one for all tests, and one for each that looks at everything there is. They lie in
/// one Azurite, which ends with this process.</summary>
public sealed class StorageFixture : IAsyncLifetime
{
    private static readonly string[] Accounts = [.. Enumerable.Range(0, 400).Select(static number => $"own{number}")];
    private static readonly Lazy<Task<AzuriteProcess>> Emulator = new(static () => AzuriteProcess.StartAsync(new AzuriteOptions
    {
        NodeModules = Path.Combine(Checkout.Root, "infra", "packages", "node_modules"),
        Accounts = Accounts,
    }));

    private static int _taken;

    internal string ConnectionString { get; private set; } = "";

    internal BlobServiceClient Blobs { get; private set; } = null!;

    internal QueueServiceClient Queues { get; private set; } = null!;

    /// <summary>Hands over what Azurite logs of every account, on the thread that reads it.</summary>
    internal static IDisposable OnAccessLog(Action<string> line) => Emulator.Value.Result.OnAccessLog(line);

    public async ValueTask InitializeAsync()
    {
        ConnectionString = (await Emulator.Value).ConnectionStringOf(Accounts[Interlocked.Increment(ref _taken) - 1]);
        Blobs = new BlobServiceClient(ConnectionString);
        Queues = new QueueServiceClient(ConnectionString, new QueueClientOptions { MessageEncoding = QueueMessageEncoding.None });
        await Task.WhenAll(
        [
            .. Containers.All.Select(container => Blobs.CreateBlobContainerAsync(container)),
            .. RoadSeg.Storage.Queues.All.Select(queue => Queues.CreateQueueAsync(queue)),
        ]);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
