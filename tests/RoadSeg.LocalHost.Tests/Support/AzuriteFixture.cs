using System.Collections.Concurrent;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;

[assembly: AssemblyFixture(typeof(RoadSeg.LocalHost.Tests.AzuriteFixture))]

namespace RoadSeg.LocalHost.Tests;

/// <summary>One real Azurite for the whole assembly; tests keep apart by their own queue and container names.</summary>
public sealed class AzuriteFixture : IAsyncLifetime
{
    private readonly ConcurrentQueue<string> _accessLog = new();
    private AzuriteProcess? _process;
    private string? _missing;

    public AzuriteProcess Process => _process ?? Skip();

    public string ConnectionString => Process.ConnectionString;

    public IReadOnlyCollection<string> AccessLog => _accessLog;

    public static string? NodeModules()
    {
        var modules = Checkout.File("infra/packages/node_modules");
        return Directory.Exists(Path.Combine(modules, "azurite")) ? modules : null;
    }

    /// <summary>A queue nobody else uses, and its name; raw text on the wire.</summary>
    public QueueClient NewQueue(bool create = true, string suffix = "", QueueMessageEncoding encoding = QueueMessageEncoding.None)
    {
        var queue = Queue($"q{Guid.NewGuid():N}{suffix}", encoding);
        if (create) queue.Create();
        return queue;
    }

    public QueueClient Queue(string name, QueueMessageEncoding encoding = QueueMessageEncoding.None) =>
        new(ConnectionString, name, new QueueClientOptions { MessageEncoding = encoding });

    public BlobContainerClient NewContainer()
    {
        var container = new BlobContainerClient(ConnectionString, $"c{Guid.NewGuid():N}");
        container.Create();
        return container;
    }

    public async ValueTask InitializeAsync()
    {
        if (NodeModules() is not { } modules)
        {
            _missing = "Azurite is not installed: run npm ci in infra/packages.";
            if (Environment.GetEnvironmentVariable("CI") == "true") throw new InvalidOperationException(_missing);
            return;
        }
        _process = await AzuriteProcess.StartAsync(new AzuriteOptions { NodeModules = modules });
        _process.OnAccessLog(_accessLog.Enqueue);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await _process.DisposeAsync();
    }

    private AzuriteProcess Skip()
    {
        Assert.Skip(_missing ?? "Azurite is not running.");
        return null!;
    }
}
