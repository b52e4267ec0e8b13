using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using RoadSeg.Datasets;
using RoadSeg.Errors;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Datasets;

/// <summary>Queue datasets-created-poison: a drop that failed as often as the host allows ends as failed instead of staying open.</summary>
internal sealed class FailPoisonedDataset(DatasetStore store, DatasetClaim claim, FailedDrops failed, ILogger<FailPoisonedDataset> log)
{
    [Function("FailPoisonedDataset")]
    public async Task RunAsync(
        [QueueTrigger(Queues.DatasetsCreated + Queues.PoisonSuffix, Connection = StorageAccount.Setting)] QueueMessage message,
        CancellationToken cancel
    )
    {
        if (BlobCreatedEvent.TryParse(message.Body) is not { Container: Containers.Datasets } created)
        {
            Log.MessageUnreadable(log, message.MessageId, nameof(FailPoisonedDataset), MessageBody.Start(message.Body));
            return;
        }

        if (DatasetClaim.NameOf(created.Path) is not { } name)
            return;

        // Taking it first makes the record where the failures came before that. A poisoned message has a new id, so the drop may be owned
        // by the message it was: what counts is that the drop lies there still, its check has not ended, and the sweep sent no newer event,
        // which goes on.
        var named = created.Data.ETag?.Trim('"');
        if ((await store.FindAsync(name, cancel))?.Value is not { } found || !IsAsked(found))
            await claim.TakeAsync(name, created, message, cancel);
        var last = (await store.FindAsync(name, cancel))?.Value.Setback;
        await failed.EndAsync(
            name,
            Exhausted(last),
            record => record.State == DatasetState.Checking && IsAsked(record) && Lease.IsNewest(record.RepairedAt, created.At),
            null,
            cancel
        );

        bool IsAsked(DatasetRecord record) => named is not { Length: > 0 } || record.Drop == named;
    }

    private static RoadSegException Exhausted(DatasetSetback? last) =>
        new(
            ErrorCodes.AttemptsExhausted,
            $"Checking the set failed repeatedly{(last is null ? "" : $", last with {last.Error}: {last.Message.TrimEnd('.')}")}. Drop "
                + "dataset.json again; if it fails again, the service's log says more."
        );
}
