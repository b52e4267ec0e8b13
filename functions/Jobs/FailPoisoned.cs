using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using RoadSeg.Errors;
using RoadSeg.Functions.Storage;
using RoadSeg.Functions.Uploads;
using RoadSeg.Jobs;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Jobs;

/// <summary>The poison queues: what failed as often as the host allows ends its job as failed instead of leaving it open.</summary>
internal sealed class FailPoisoned(JobStore jobs, UploadClaim claim, ILogger<FailPoisoned> log)
{
    private static readonly RoadSegException Exhausted = new(
        ErrorCodes.AttemptsExhausted, "Processing failed repeatedly. Submit the photo again; if it fails again, the service's log says why.");

    [Function("FailPoisonedUpload")]
    public Task UploadAsync([QueueTrigger(Queues.UploadsCreated + Queues.PoisonSuffix, Connection = StorageAccount.Setting)] QueueMessage message, CancellationToken cancel) =>
        FailUploadAsync(message, cancel);

    [Function("FailPoisonedUploadBulk")]
    public Task UploadBulkAsync([QueueTrigger(Queues.UploadsBulk + Queues.PoisonSuffix, Connection = StorageAccount.Setting)] QueueMessage message, CancellationToken cancel) =>
        FailUploadAsync(message, cancel);

    [Function("FailPoisonedSegmentation")]
    public Task SegmentationAsync([QueueTrigger(Queues.SegmentationJobs + Queues.PoisonSuffix, Connection = StorageAccount.Setting)] QueueMessage message, CancellationToken cancel) =>
        FailSegmentationAsync(message, cancel);

    [Function("FailPoisonedSegmentationBulk")]
    public Task SegmentationBulkAsync([QueueTrigger(Queues.SegmentationBulk + Queues.PoisonSuffix, Connection = StorageAccount.Setting)] QueueMessage message, CancellationToken cancel) =>
        FailSegmentationAsync(message, cancel);

    private async Task FailUploadAsync(QueueMessage message, CancellationToken cancel)
    {
        if (BlobCreatedEvent.TryParse(message.Body) is not { } created || !Containers.HasPhotos(created.Container))
        {
            Log.MessageUnreadable(log, message.MessageId, nameof(FailPoisoned), MessageText.Start(message.Body));
            return;
        }

        // Taking it first makes the record where the failures came before that, and notes which version they were about. A poisoned message has a
        // new id, so the job may be owned by the message it was: what counts is that preprocessing has not ended, and that the sweep sent no newer
        // event, which goes on.
        var found = (await claim.FindAsync(created, cancel))?.Record;
        if (found is null || (found.State == JobState.AwaitingUpload && IsNewest(found)))
            found = (await claim.TakeAsync(created, message, JobLane.Interactive, cancel))?.Record;
        await jobs.FailAsync(
            found?.Id ?? await claim.IdAsync(created, cancel),
            Exhausted,
            record => record.State is JobState.AwaitingUpload or JobState.Received && IsNewest(record),
            log,
            cancel);

        bool IsNewest(JobRecord record) => record.RepairedAt is not { } repaired || created.At >= repaired;
    }

    private async Task FailSegmentationAsync(QueueMessage message, CancellationToken cancel)
    {
        if (MessageText.Segmentation(message.Body) is not { } segmentation)
        {
            Log.MessageUnreadable(log, message.MessageId, nameof(FailPoisoned), MessageText.Start(message.Body));
            return;
        }

        // Where the sweep sent a newer message, or a process that can run no model put the job back, the newer one decides: it may be running the
        // job now.
        await jobs.FailAsync(
            segmentation.JobId,
            Exhausted,
            record => segmentation.SentAt is { } sent ? sent == record.SentAt : record.RepairedAt is null,
            log,
            cancel);
    }
}
