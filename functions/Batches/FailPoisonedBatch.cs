using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using RoadSeg.Batches;
using RoadSeg.Errors;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Batches;

/// <summary>Queues batch-steps-poison and batches-created-poison. A batch whose photos could not be listed as often as the host tries ends
/// as failed, and so does one whose description could not be looked at. One that is further is left to the sweep, which sends for the step
/// again: its photos have been worked on.</summary>
internal sealed class FailPoisonedBatch(
    BlobServiceClient blobs,
    BatchStore store,
    BatchClips clips,
    TimeProvider time,
    ILogger<FailPoisonedBatch> log
)
{
    [Function("FailPoisonedBatch")]
    public async Task RunAsync(
        [QueueTrigger(Queues.BatchSteps + Queues.PoisonSuffix, Connection = StorageAccount.Setting)] QueueMessage message,
        CancellationToken cancel
    )
    {
        if (MessageBody.TryRead(message.Body, BatchJson.Default.BatchMessage) is not { } asked)
        {
            Log.MessageUnreadable(log, message.MessageId, nameof(FailPoisonedBatch), MessageBody.Start(message.Body));
            return;
        }

        var reason = new RoadSegException(
            ErrorCodes.AttemptsExhausted,
            "The batch's photos could not be listed, repeatedly. Ask for it again; if it fails again, the service's log says more."
        );
        var failed = await store.TryMoveAsync(
            asked.Batch,
            BatchState.Failed,
            now => now.State == BatchState.Listing && now.Step == asked.Step ? now.FailedFor(WorkFailure.Of(reason)) : null,
            cancel
        );
        if (failed.Done)
            Log.BatchFailed(log, asked.Batch, reason.Code.Code, reason.Message);
        else
            Log.BatchStepExhausted(log, asked.Batch, asked.Step);
        if (failed.Document is { Value: var batch })
            await clips.LetGoAsync(batch, cancel);
    }

    [Function("FailPoisonedBatchDrop")]
    public async Task DropAsync(
        [QueueTrigger(Queues.BatchesCreated + Queues.PoisonSuffix, Connection = StorageAccount.Setting)] QueueMessage message,
        CancellationToken cancel
    )
    {
        var created = BlobCreatedEvent.TryParse(message.Body);
        Log.BatchDropExhausted(log, created?.Path ?? MessageBody.Start(message.Body));
        if (created is not { Container: Containers.Batches } || !BatchDrop.IsDescription(created.Path))
            return;
        var description = blobs.GetBlobContainerClient(Containers.Batches).GetBlobClient(created.Path);
        try
        {
            var found = (await description.GetPropertiesAsync(cancellationToken: cancel)).Value;
            var asked = BatchDrop.Asked(created.Path, found.LastModified, found.ETag, time.GetUtcNow());
            var reason = new RoadSegException(
                ErrorCodes.AttemptsExhausted,
                $"{created.Path} could not be looked at, repeatedly. Upload it again; if it fails again, the service's log says more."
            );
            await store.CreateAsync(asked.Enter(BatchState.Failed, time.GetUtcNow()).FailedFor(WorkFailure.Of(reason)), cancel);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            // Deleted meanwhile.
        }
    }
}
