using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Queues;
using RoadSeg.Client;
using RoadSeg.LocalHost;
using RoadSeg.LocalHost.Blobs;
using RoadSeg.LocalHost.Configuration;
using RoadSeg.Storage;

namespace RoadSeg.Cli.Stack;

/// <summary>Azurite, blob events, the local Functions host and through it the worker. Disposing stops them in the reverse order.</summary>
internal sealed class LocalStack : IAsyncDisposable
{
    private const string AllowedOrigins = "ROADSEG_ALLOWED_ORIGINS";
    private const string PollingInterval = "AzureFunctionsJobHost__extensions__queues__maxPollingInterval";

    private readonly AzuriteProcess _azurite;
    private readonly BlobEvents _events;
    private readonly LocalStackOptions _options;
    private FunctionsHost _host;

    private LocalStack(LocalStackOptions options, AzuriteProcess azurite, BlobEvents events, FunctionsHost host)
    {
        _options = options with { Port = host.BaseAddress.Port };
        _azurite = azurite;
        _events = events;
        _host = host;
        Blobs = new BlobServiceClient(azurite.ConnectionString);
        Queues = new QueueServiceClient(azurite.ConnectionString, new QueueClientOptions { MessageEncoding = QueueMessageEncoding.None });
        Api = new HttpClient { BaseAddress = host.BaseAddress };
        Client = new RoadSegClient(Api);
    }

    /// <summary>Address of the API.</summary>
    public Uri Address => _host.BaseAddress;

    /// <summary>Connection string of the storage.</summary>
    public string ConnectionString => _azurite.ConnectionString;

    /// <summary>The storage's blobs.</summary>
    public BlobServiceClient Blobs { get; }

    /// <summary>The storage's queues.</summary>
    public QueueServiceClient Queues { get; }

    /// <summary>A bare client of the API.</summary>
    public HttpClient Api { get; }

    /// <summary>The typed client of the API, without a key.</summary>
    public RoadSegClient Client { get; }

    /// <summary>File with the function keys; null when keys are not checked.</summary>
    public string? KeyFile => _host.KeyFile;

    /// <summary>Id of the worker process that runs now.</summary>
    public int WorkerProcessId => _host.WorkerProcessId ?? throw new InvalidOperationException("No worker is running.");

    /// <summary>Ends with the reason when the host or the storage stops by itself.</summary>
    public async Task<string> Completion() => await await Task.WhenAny(_host.Completion, _azurite.Completion);

    /// <summary>Hands every request that storage answers to a listener, as a line of its log. The listener must only take note and
    /// return.</summary>
    public IDisposable OnStorageRequest(Action<string> line) => _azurite.OnAccessLog(line);

    /// <summary>Starts everything and waits until the worker has loaded its functions. The model may still be loading.</summary>
    /// <exception cref="AzuriteException">Storage did not start.</exception>
    /// <exception cref="HostConfigurationException">The host refused its settings.</exception>
    public static async Task<LocalStack> StartAsync(LocalStackOptions options, CancellationToken cancel)
    {
        var stop = new Stack<IAsyncDisposable>();
        try
        {
            var azurite = await AzuriteProcess.StartAsync(Storage(options), cancel);
            stop.Push(azurite);
            await ProvisionAsync(azurite.ConnectionString, cancel);
            var events = await BlobEvents.StartAsync(
                azurite,
                [
                    .. RoadSeg
                        .Storage.Queues.BlobEvents.Where(_ => options.BlobEvents)
                        .Select(pair => new BlobEventSubscription(pair.Key, pair.Value, RoadSeg.Storage.Queues.BlobEventSuffix(pair.Key))),
                ],
                options.Logs,
                cancellation: cancel
            );
            stop.Push(events);
            var host = await FunctionsHost.StartAsync(Host(options, azurite.ConnectionString), cancel);
            stop.Push(host);
            if (host.FunctionErrors.Count > 0)
                throw new HostConfigurationException(string.Join(' ', host.FunctionErrors.Select(error => $"{error.Key}: {error.Value}")));
            await AdmitPagesAsync(azurite.ConnectionString, host.BaseAddress, options, cancel);
            return new LocalStack(options, azurite, events, host);
        }
        catch
        {
            foreach (var part in stop)
                await part.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the host again where it has ended, at the same address, as a platform does: the third crash of its worker ends
    /// it.</summary>
    /// <returns>False where it runs.</returns>
    public async Task<bool> ReviveHostAsync(CancellationToken cancel)
    {
        if (!_host.Completion.IsCompleted)
            return false;
        await _host.DisposeAsync();
        _host = await FunctionsHost.StartAsync(Host(_options, _azurite.ConnectionString), cancel);
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        await _host.DisposeAsync();
        await _events.DisposeAsync();
        await _azurite.DisposeAsync();
    }

    private static AzuriteOptions Storage(LocalStackOptions options) =>
        new()
        {
            NodeModules = Workspace.NodeModules,
            DataFolder = options.DataFolder,
            BlobPort = options.StoragePort,
            QueuePort = options.StoragePort == 0 ? 0 : options.StoragePort + 1,
            TablePort = options.StoragePort == 0 ? 0 : options.StoragePort + 2,
        };

    private static FunctionsHostOptions Host(LocalStackOptions options, string connection) =>
        new()
        {
            ScriptRoot = Workspace.App,
            Port = options.Port,
            RequireKeys = options.RequireKeys,
            StateFolder = Workspace.State,
            LoggerFactory = options.Logs,
            Settings = new Dictionary<string, string>(options.Settings)
            {
                ["AzureWebJobsStorage"] = connection,
                ["ROADSEG_MODEL"] = options.Settings.GetValueOrDefault("ROADSEG_MODEL", Workspace.DefaultModel),
                ["ROADSEG_PAGE"] = options.Settings.GetValueOrDefault("ROADSEG_PAGE", Workspace.Page),

                [PollingInterval] = options.Settings.GetValueOrDefault(PollingInterval, "00:00:00.250"),
            },
        };

    // The page in a browser puts photos into storage, which is another origin to it; so do the web apps that the API admits.
    private static Task AdmitPagesAsync(string connection, Uri app, LocalStackOptions options, CancellationToken cancel)
    {
        string?[] origins =
        [
            $"http://127.0.0.1:{app.Port}",
            $"http://localhost:{app.Port}",
            options.Settings.GetValueOrDefault(AllowedOrigins) ?? Environment.GetEnvironmentVariable(AllowedOrigins),
        ];
        return BlobCors.AdmitAsync(connection, string.Join(',', origins.Where(origin => !string.IsNullOrWhiteSpace(origin))), cancel);
    }

    /// <summary>Makes the app's containers and queues.</summary>
    public static async Task ProvisionAsync(string connection, CancellationToken cancel)
    {
        var blobs = new BlobServiceClient(connection);
        var queues = new QueueServiceClient(connection);
        await Task.WhenAll([
            .. Containers.All.Select(name => blobs.GetBlobContainerClient(name).CreateIfNotExistsAsync(cancellationToken: cancel)),
            .. RoadSeg.Storage.Queues.All.Select(name => queues.GetQueueClient(name).CreateIfNotExistsAsync(cancellationToken: cancel)),
        ]);
    }
}
