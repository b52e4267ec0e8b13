using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Queues;
using Microsoft.Azure.Functions.Worker;
using RoadSeg.Batches;
using RoadSeg.Functions.Storage;
using RoadSeg.Functions.Work;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Batches;

/// <summary>Timer: looks at every batch that has steps to make and sends for the one whose message was lost, or whose process died. Doing
/// it twice changes nothing.</summary>
internal sealed class BatchSweep(
    BlobServiceClient blobs,
    QueueServiceClient queues,
    BatchStore store,
    BatchClips clips,
    WorkOptions options,
    TimeProvider time,
    ILogger<BatchSweep> log
)
{
    [Function("SweepBatches")]
    public Task TickAsync([TimerTrigger("5/20 * * * * *", UseMonitor = false)] TimerInfo timer, CancellationToken cancel) =>
        RunAsync(cancel);

    public Task RunAsync(CancellationToken cancel) =>
        RepairPass.RunAsync(
            blobs.GetBlobContainerClient(Containers.BatchesActive),
            options.SweepAfter,
            time.GetUtcNow(),
            static _ => true,
            store.FindAsync,
            (batch, stop) => RepairAsync(batch.Value, stop),
            (id, e) => Log.BatchSweepFailed(log, id, e),
            cancel
        );

    private async Task RepairAsync(BatchRecord batch, CancellationToken cancel)
    {
        if (BatchRecord.HasEnded(batch.State))
            await store.NotifyAsync(batch, WebhookSubject.Batch, cancel);
        if (batch.WebhookOfShare is not null)
            await store.NotifyAsync(batch, WebhookSubject.BatchShare, cancel);
        if (!batch.HasSteps)
        {
            await clips.LetGoAsync(batch, cancel);
            await store.RestAsync(batch, cancel);
            return;
        }

        var patience = TakesMinutes(batch) ? options.Lease : options.SweepAfter;
        if (
            time.GetUtcNow() - batch.SteppedAt < patience
            || await queues
                .GetQueueClient(Queues.BatchSteps)
                .MayHoldAsync(BatchJson.Default.BatchMessage, message => message.Batch == batch.Id && message.Step == batch.Step, cancel)
        )
            return;

        // Noted before the message is sent, so that the next pass gives it time.
        var noted = await store.AmendAsync(
            batch.Id,
            now => now.Step == batch.Step && now.SteppedAt == batch.SteppedAt ? now with { SteppedAt = time.GetUtcNow() } : null,
            cancel
        );
        if (!noted.Done)
            return;
        Log.BatchRepaired(log, batch.Id, batch.Step);
        await store.SendAsync(noted.Document!.Value, TimeSpan.Zero, cancel);
    }

    // Zips, and the first and last step of a video; all others take seconds.
    private static bool TakesMinutes(BatchRecord batch) =>
        BatchRecord.HasEnded(batch.State)
        || (batch.Source.Clip is not null && (batch.State == BatchState.Listing || batch.Manifested == BatchItems.Lists(batch.Total)));
}
