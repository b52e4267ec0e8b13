using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using RoadSeg.Batches;
using RoadSeg.Errors;
using RoadSeg.Functions.Clips;
using RoadSeg.Functions.Models;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Batches;

/// <summary>Queue batches-created: photos were dropped, and their description last. The batch belongs to the caller of bare
/// drops.</summary>
internal sealed class BatchDrop(
    BlobServiceClient blobs,
    QueueServiceClient queues,
    BatchStart start,
    BatchStore store,
    ModelCatalogue models,
    ClipFrames clips,
    BatchClips batchClips,
    TimeProvider time,
    ILogger<BatchDrop> log
)
{
    /// <summary>Name of the description, in the folder of the photos.</summary>
    public const string FileName = "batch.json";

    private const int MostBytes = BatchStart.MaxBody;
    private static readonly TimeSpan Later = TimeSpan.FromMinutes(1);

    private readonly BlobContainerClient _drops = blobs.GetBlobContainerClient(Containers.Batches);

    [Function("StartBatch")]
    public async Task RunAsync(
        [QueueTrigger(Queues.BatchesCreated, Connection = StorageAccount.Setting)] QueueMessage message,
        CancellationToken cancel
    )
    {
        if (BlobCreatedEvent.TryParse(message.Body) is not { Container: Containers.Batches } created)
        {
            Log.MessageUnreadable(log, message.MessageId, nameof(BatchDrop), MessageBody.Start(message.Body));
            return;
        }

        // The photos of a drop have events too, where the subscription lets them through.
        if (!IsDescription(created.Path))
            return;
        BlobDownloadResult drop;
        try
        {
            var part = new BlobDownloadOptions { Range = new HttpRange(0, MostBytes + 1) };
            drop = (await _drops.GetBlobClient(created.Path).DownloadContentAsync(part, cancel)).Value;
        }
        catch (RequestFailedException e) when (e.Status is 404 or 416)
        {
            // Deleted again, or empty: a tool that makes the blob before it writes it raises another event.
            return;
        }

        // The same description gives the same batch, whichever event is about it. A crash before this message is deleted finds it there.
        var asked = Asked(created.Path, drop.Details.LastModified, drop.Details.ETag, time.GetUtcNow());
        if (await store.FindAsync(asked.Id, cancel) is not null)
            return;
        var (folder, batch) = (asked.Source.Prefix!, asked);
        try
        {
            var request = Read(drop.Content);
            await models.RequireAsync(request.Model, cancel);
            batch = start.Checked(asked, request, folder);
            await models.RequireClassesAsync(batch.Model, batch.Privacy, batch.Redact, cancel);
            if (batch.Source.Clip is { } clip)
                await clips.RequireAsync(clip, cancel);
            await start.BeginAsync(batch, request, folder, cancel);
        }
        catch (RoadSegException e) when (e.Code == ErrorCodes.TooManyJobs)
        {
            // The host's few tries are over in seconds, and a batch in hours. A crash after this sends one message more, which finds the
            // batch there.
            await queues.GetQueueClient(Queues.BatchesCreated).SendMessageAsync(message.Body, Later, cancellationToken: cancel);
        }
        catch (RoadSegException e) when (!e.IsTransient)
        {
            Log.BatchFailed(log, asked.Id, e.Code.Code, e.Message);
            batch = batch.Enter(BatchState.Failed, time.GetUtcNow()).FailedFor(WorkFailure.Of(e));
            await store.CreateAsync(batch, cancel);
            await batchClips.LetGoAsync(batch, cancel);
        }
    }

    /// <summary>True for a description, and for no photo beside it.</summary>
    public static bool IsDescription(string path) => path == FileName || path.EndsWith($"/{FileName}", StringComparison.Ordinal);

    /// <summary>The batch of a description before it is read. The same description gives the same id.</summary>
    /// <param name="path">Name of the blob.</param>
    /// <param name="modified">When it was written.</param>
    /// <param name="version">Its ETag.</param>
    /// <param name="now">The time.</param>
    public static BatchRecord Asked(string path, DateTimeOffset modified, ETag version, DateTimeOffset now)
    {
        var folder = path[..^FileName.Length];
        return new BatchRecord
        {
            Id = WorkId.Of(modified, Callers.Local, $"{path}\n{version}"),
            State = BatchState.Listing,
            Caller = Callers.Local,
            Name = folder.Length > 0 ? folder[..^1] : null,
            Source = new BatchSource(Prefix: folder),
            CreatedAt = now,
            SteppedAt = now,
            TraceParent = JobTrace.Current?.Id,
        };
    }

    private static BatchRequest Read(BinaryData content)
    {
        if (content.ToMemory().Length > MostBytes)
            throw Invalid($"it has more than {MostBytes} bytes.", null);
        try
        {
            return JsonSerializer.Deserialize(content.ToMemory().Span, BatchRequestJson.Default.BatchRequest)
                ?? throw new JsonException("it is null.");
        }
        catch (JsonException e)
        {
            throw Invalid(JsonFault.Of(e), e);
        }
    }

    private static RoadSegException Invalid(string fault, Exception? inner) =>
        new(ErrorCodes.BatchInvalid, $"{FileName} is not {BatchStart.Described}: {fault} Mend it and upload it again.", inner);
}
