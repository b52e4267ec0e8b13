using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Queues.Models;
using RoadSeg.Datasets;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Datasets;

/// <summary>Decides which of several events about a data set makes its ingestion go on. A drop is one version of <c>dataset.json</c>: only
/// events about the one that lies there now count, so late and shuffled events of former drops change nothing.</summary>
internal sealed class DatasetClaim(BlobServiceClient blobs, DatasetStore store, TimeProvider time, ILogger<DatasetClaim> log)
{
    /// <summary>Folder of the drop whose <c>dataset.json</c> a path is; null for every other path.</summary>
    public static string? NameOf(string path) =>
        path.Split('/') is [var name, DatasetSpec.FileName] && DatasetSpecJson.IsFolder(name) ? name : null;

    /// <summary>True while the message works on the drop.</summary>
    public static bool Owns(DatasetRecord record, QueueMessage message) =>
        record.State == DatasetState.Checking && Lease.IsHeldBy(record.Owner, message.MessageId);

    /// <summary>Takes a drop for a message.</summary>
    /// <returns>The record, checking and owned by this message; null when the event is a duplicate or about a former drop.</returns>
    public async Task<DatasetRecord?> TakeAsync(string name, BlobCreatedEvent created, QueueMessage message, CancellationToken cancel)
    {
        if (await CurrentAsync(name, cancel) is not { } drop || (created.Data.ETag?.Trim('"') is { Length: > 0 } named && named != drop))
        {
            Log.DropIgnored(log, name, message.MessageId, "it is about a dataset.json that is gone or was replaced");
            return null;
        }

        var now = time.GetUtcNow();
        var owner = new WorkOwner(message.MessageId, now);
        var first = new DatasetRecord
        {
            Name = name,
            State = DatasetState.Checking,
            Drop = drop,
            Owner = owner,
            ReceivedAt = now,
        };
        while (true)
        {
            var taken = await store.TryMoveAsync(
                name,
                DatasetState.Checking,
                record =>
                {
                    // A newer drop wins at once, also over one that is being checked: the files of that one may be replaced already. Its
                    // worker finds at its next progress that the record is no longer its own, and stops.
                    if (record.Drop != drop)
                        return first with { Version = record.Version, Versions = record.Versions };
                    return record.State == DatasetState.Checking && Lease.MayTake(record.Owner, message.MessageId)
                        ? record with
                        {
                            Owner = owner,
                            Progress = null,
                        }
                        : null;
                },
                cancel
            );
            if (taken.Done)
                return taken.Document!.Value;
            if (taken.Document is { Value: var known })
            {
                Log.DropIgnored(
                    log,
                    name,
                    message.MessageId,
                    $"the drop is {(known.State == DatasetState.Checking ? "another message's" : "done")}"
                );
                return null;
            }

            if (await store.CreateAsync(first, cancel) is { Done: true, Document.Value: var made })
                return made;
        }
    }

    /// <summary>ETag of the <c>dataset.json</c> that lies there now, unquoted; null when there is none.</summary>
    public async Task<string?> CurrentAsync(string name, CancellationToken cancel)
    {
        try
        {
            BlobProperties found = await blobs
                .GetBlobContainerClient(Containers.Datasets)
                .GetBlobClient(BlobPaths.DatasetSpec(name))
                .GetPropertiesAsync(cancellationToken: cancel);
            return found.ETag.ToString().Trim('"');
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }
}
