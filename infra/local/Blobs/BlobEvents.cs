using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Threading.Channels;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Queues;
using RoadSeg.LocalHost.Blobs;

namespace RoadSeg.LocalHost;

/// <summary>
/// Stands where Event Grid stands: each upload into a watched container of Azurite becomes a <c>Microsoft.Storage.BlobCreated</c>
/// message in a queue, without any change to the clients. At least once and in no fixed order, as from Event Grid.
/// </summary>
public sealed partial class BlobEvents : IAsyncDisposable
{
    private const int Senders = 4;
    private const string Topic =
        "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/local"
        + "/providers/Microsoft.Storage/storageAccounts/"
        + AzuriteProcess.AccountName;

    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Channel<BlobWrite> _writes = Channel.CreateUnbounded<BlobWrite>();
    private readonly ILookup<string, (string EndsWith, QueueClient Queue)> _queues;
    private readonly BlobServiceClient _blobs;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly IDisposable _accessLog;
    private readonly Task _senders;
    private long _sequence;

    private BlobEvents(AzuriteProcess azurite, IReadOnlyCollection<BlobEventSubscription> subscriptions, ILogger logger, TimeProvider clock)
    {
        var queues = new QueueServiceClient(
            azurite.ConnectionString,
            new QueueClientOptions { MessageEncoding = QueueMessageEncoding.None }
        );
        _queues = subscriptions.ToLookup(
            s => s.Container,
            s => (s.SubjectEndsWith, queues.GetQueueClient(s.Queue)),
            StringComparer.Ordinal
        );
        _blobs = new BlobServiceClient(azurite.ConnectionString);
        _clock = clock;
        _logger = logger;
        _sequence = clock.GetUtcNow().UtcTicks;
        _accessLog = azurite.OnAccessLog(OnLine);
        _senders = Task.WhenAll(Enumerable.Range(0, Senders).Select(_ => Task.Run(SendAsync)));
    }

    /// <summary>Makes the queues and watches from now on. Dispose it before the Azurite process.</summary>
    public static async Task<BlobEvents> StartAsync(
        AzuriteProcess azurite,
        IReadOnlyCollection<BlobEventSubscription> subscriptions,
        ILoggerFactory? loggers = null,
        TimeProvider? clock = null,
        CancellationToken cancellation = default
    )
    {
        var queues = new QueueServiceClient(azurite.ConnectionString);
        foreach (var name in subscriptions.Select(s => s.Queue).Distinct())
            await queues.GetQueueClient(name).CreateIfNotExistsAsync(cancellationToken: cancellation);
        var logger = (loggers ?? Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance).CreateLogger("Host.BlobEvents");
        return new BlobEvents(azurite, subscriptions, logger, clock ?? TimeProvider.System);
    }

    /// <summary>Stops watching and sends what was already seen.</summary>
    public async ValueTask DisposeAsync()
    {
        _accessLog.Dispose();
        _writes.Writer.TryComplete();
        await _senders;
    }

    // Runs on the thread that reads Azurite's output, so it only queues.
    private void OnLine(string line)
    {
        if (BlobWrite.Parse(line) is { } write && Queues(write).Any())
            _writes.Writer.TryWrite(write);
    }

    // Event Grid compares subjects without regard to case by default.
    private IEnumerable<QueueClient> Queues(BlobWrite write) =>
        _queues[write.Container]
            .Where(to => $"/{write.Name}".EndsWith(to.EndsWith, StringComparison.OrdinalIgnoreCase))
            .Select(to => to.Queue);

    private async Task SendAsync()
    {
        await foreach (var write in _writes.Reader.ReadAllAsync())
        {
            try
            {
                var message = await DescribeAsync(write);
                foreach (var queue in Queues(write))
                {
                    try
                    {
                        await queue.SendMessageAsync(message);
                    }
                    catch (RequestFailedException error) when (error.Status == 404)
                    {
                        await queue.CreateIfNotExistsAsync();
                        await queue.SendMessageAsync(message);
                    }
                }
            }
            catch (Exception error)
            {
                EventLost(_logger, write.Container, write.Name, error.Message, error);
            }
        }
    }

    private async Task<string> DescribeAsync(BlobWrite write)
    {
        var blob = _blobs.GetBlobContainerClient(write.Container).GetBlobClient(write.Name);
        var properties = await PropertiesAsync(blob);
        return JsonSerializer.Serialize(
            new
            {
                topic = Topic,
                subject = $"/blobServices/default/containers/{write.Container}/blobs/{write.Name}",
                eventType = "Microsoft.Storage.BlobCreated",
                id = Guid.NewGuid().ToString(),
                eventTime = _clock.GetUtcNow().UtcDateTime.ToString("o"),
                data = new
                {
                    api = write.Api,
                    requestId = Guid.NewGuid().ToString(),
                    eTag = properties is null ? "" : properties.ETag.ToString().Trim('"'),
                    contentType = properties?.ContentType ?? "application/octet-stream",
                    contentLength = properties?.ContentLength ?? 0,
                    blobType = $"{properties?.BlobType ?? BlobType.Block}Blob",
                    url = blob.Uri.AbsoluteUri,
                    sequencer = Interlocked.Increment(ref _sequence).ToString("x32", CultureInfo.InvariantCulture),
                },
                dataVersion = "",
                metadataVersion = "1",
            },
            Readable
        );
    }

    /// <summary>Null if the blob is gone by now: its event is sent all the same.</summary>
    private static async Task<BlobProperties?> PropertiesAsync(BlobClient blob)
    {
        try
        {
            return (await blob.GetPropertiesAsync()).Value;
        }
        catch (RequestFailedException error) when (error.Status == 404)
        {
            return null;
        }
    }

    [LoggerMessage(
        EventId = 500,
        Level = LogLevel.Error,
        Message = "The event of the upload to '{Container}/{Blob}' was not sent: {Error}"
    )]
    private static partial void EventLost(ILogger logger, string container, string blob, string error, Exception exception);
}
