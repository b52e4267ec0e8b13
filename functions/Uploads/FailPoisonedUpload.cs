using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using RoadSeg.Functions.Jobs;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Uploads;

/// <summary>The poison queues of uploads: what failed as often as the host allows ends its job as failed instead of leaving it
/// open.</summary>
internal sealed class FailPoisonedUpload(JobStore jobs, UploadClaim claim, ILogger<FailPoisonedUpload> log)
{
    [Function("FailPoisonedUpload")]
    public Task UploadAsync(
        [QueueTrigger(Queues.UploadsCreated + Queues.PoisonSuffix, Connection = StorageAccount.Setting)] QueueMessage message,
        CancellationToken cancel
    ) => FailAsync(message, cancel);

    [Function("FailPoisonedUploadBulk")]
    public Task UploadBulkAsync(
        [QueueTrigger(Queues.UploadsBulk + Queues.PoisonSuffix, Connection = StorageAccount.Setting)] QueueMessage message,
        CancellationToken cancel
    ) => FailAsync(message, cancel);

    private async Task FailAsync(QueueMessage message, CancellationToken cancel)
    {
        if (BlobCreatedEvent.TryParse(message.Body) is not { } created || !Containers.HasPhotos(created.Container))
        {
            Log.MessageUnreadable(log, message.MessageId, nameof(FailPoisonedUpload), MessageBody.Start(message.Body));
            return;
        }

        // Taking it first makes the record where the failures came before that, and notes which version they were about. A poisoned message
        // has a new id, so the job may be owned by the message it was: what counts is that preprocessing has not ended, and that the sweep
        // sent no newer event, which goes on.
        var found = (await claim.FindAsync(created, cancel))?.Value;
        if (found is null || (found.State == JobState.AwaitingUpload && IsNewest(found)))
            found = (await claim.TakeAsync(created, message, WorkLane.Interactive, owned: true, cancel))?.Value;
        await jobs.FailAsync(
            found?.Id ?? await claim.IdAsync(created, cancel),
            FailedJobs.Exhausted,
            record => record.State is JobState.AwaitingUpload or JobState.Received && IsNewest(record),
            log,
            cancel
        );

        bool IsNewest(JobRecord record) => Lease.IsNewest(record.RepairedAt, created.At);
    }
}
