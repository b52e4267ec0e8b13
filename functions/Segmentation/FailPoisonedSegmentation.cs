using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using RoadSeg.Functions.Jobs;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Segmentation;

/// <summary>The poison queues of segmentation: what failed as often as the host allows ends its job as failed instead of leaving it
/// open.</summary>
internal sealed class FailPoisonedSegmentation(JobStore jobs, ILogger<FailPoisonedSegmentation> log)
{
    [Function("FailPoisonedSegmentation")]
    public Task SegmentationAsync(
        [QueueTrigger(Queues.SegmentationJobs + Queues.PoisonSuffix, Connection = StorageAccount.Setting)] QueueMessage message,
        CancellationToken cancel
    ) => FailAsync(message, cancel);

    [Function("FailPoisonedSegmentationBulk")]
    public Task SegmentationBulkAsync(
        [QueueTrigger(Queues.SegmentationBulk + Queues.PoisonSuffix, Connection = StorageAccount.Setting)] QueueMessage message,
        CancellationToken cancel
    ) => FailAsync(message, cancel);

    private async Task FailAsync(QueueMessage message, CancellationToken cancel)
    {
        if (MessageBody.TryRead(message.Body, JobJson.Default.SegmentationMessage) is not { } segmentation)
        {
            Log.MessageUnreadable(log, message.MessageId, nameof(FailPoisonedSegmentation), MessageBody.Start(message.Body));
            return;
        }

        // Where the sweep sent a newer message, or a process that can run no model put the job back, the newer one decides: it may be
        // running the job now.
        await jobs.FailAsync(
            segmentation.JobId,
            FailedJobs.Exhausted,
            record => segmentation.SentAt is { } sent ? sent == record.SentAt : record.RepairedAt is null,
            log,
            cancel
        );
    }
}
