using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Queues;
using Microsoft.Azure.Functions.Worker;
using RoadSeg.Functions.Uploads;
using RoadSeg.Jobs;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Jobs;

/// <summary>Timer: deletes what is older than it is kept, and sends the event of each bare drop whose own was lost: only a list of the photos
/// themselves shows it. On Azure a lifecycle rule may delete too.</summary>
internal sealed class Retention(
    BlobServiceClient blobs, QueueServiceClient queues, UploadClaim claim, QueueGauge gauge, JobOptions options, TimeProvider time, ILogger<Retention> log)
{
    private const int AtOnce = 8;

    // The host ends a worker whose function runs for ten minutes, and with it the work of all others.
    private static readonly TimeSpan Pass = TimeSpan.FromMinutes(8);

    // Passes are an hour apart: a photo is looked at in two of them, so that one may fail.
    private static readonly TimeSpan YoungestDrop = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan OldestDrop = YoungestDrop + TimeSpan.FromHours(2);

    [Function("Retention")]
    public Task TickAsync([TimerTrigger("0 7 * * * *", UseMonitor = false)] TimerInfo timer, CancellationToken cancel) => RunAsync(cancel);

    public async Task RunAsync(CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        (string Container, TimeSpan Keep)[] others =
        [
            (Containers.Submitted, options.KeepUploads),
            (Containers.Work, options.Deadline + options.Lease),

            // The record outlives what it names, so that a deleted result is "gone" and not "unknown".
            (Containers.Results, options.KeepResults),
            (Containers.IdempotencyKeys, options.KeepResults + TimeSpan.FromDays(1)),
            (Containers.JobsIndex, options.KeepResults + TimeSpan.FromDays(1)),
            (Containers.Jobs, options.KeepResults + TimeSpan.FromDays(1)),
            (Containers.Trainings, options.KeepTrainings),
        ];

        // Lost events cannot wait; the others begin with another one each hour, so that none is always the one the time does not reach.
        var first = (int)(now.ToUnixTimeSeconds() / 3600 % others.Length);
        using var over = new CancellationTokenSource(Pass, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel, over.Token);
        foreach (var (container, keep) in (IEnumerable<(string, TimeSpan)>)[(Containers.Uploads, options.KeepUploads), .. others[first..], .. others[..first]])
        {
            try
            {
                await LookAsync(blobs.GetBlobContainerClient(container), now, keep, stop.Token);
            }
#pragma warning disable CA1031 // Whatever is wrong with one container keeps no other from its turn.
            catch (Exception e) when (!cancel.IsCancellationRequested)
#pragma warning restore CA1031
            {
                if (over.IsCancellationRequested)
                {
                    Log.RetentionUnfinished(log, container);
                    return;
                }

                Log.RetentionFailed(log, container, e);
            }
        }
    }

    private async Task LookAsync(BlobContainerClient container, DateTimeOffset now, TimeSpan keep, CancellationToken cancel)
    {
        var deleted = 0;
        try
        {
            await Parallel.ForEachAsync(container.GetBlobsAsync(BlobTraits.None, BlobStates.None, null, cancel), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel }, async (blob, stop) =>
            {
                var age = now - blob.Properties.LastModified!.Value;
                try
                {
                    if (age > keep)
                    {
                        if (await container.DeleteBlobIfExistsAsync(blob.Name, DeleteSnapshotsOption.IncludeSnapshots, cancellationToken: stop))
                            Interlocked.Increment(ref deleted);
                    }
                    else if (container.Name == Containers.Uploads && age > YoungestDrop && age < OldestDrop)
                    {
                        await RepairAsync(blob, stop);
                    }
                }
#pragma warning disable CA1031 // Whatever is wrong with one blob, such as another's lease, keeps no other from its turn.
                catch (Exception e) when (!stop.IsCancellationRequested)
#pragma warning restore CA1031
                {
                    Log.BlobNotKept(log, container.Name, blob.Name, e);
                }
            });
        }
        finally
        {
            if (deleted > 0)
                Log.BlobsDeleted(log, deleted, container.Name);
        }
    }

    // A photo that has a job is the sweep's. A drop whose event is in a line gets its job when its turn comes.
    private async Task RepairAsync(BlobItem photo, CancellationToken cancel)
    {
        var etag = photo.Properties.ETag!.Value.ToString();
        var created = BlobCreatedEvent.For(Containers.Uploads, photo.Name, etag, photo.Properties.ContentLength ?? 0, time.GetUtcNow());
        if (await claim.FindAsync(created, cancel) is not null || await MayWaitAsync(JobLane.Interactive) || await MayWaitAsync(JobLane.Bulk))
            return;
        Log.JobRepaired(log, JobId.ForDrop(Containers.Uploads, photo.Name, etag), "its upload had no event");
        await queues.GetQueueClient(Queues.UploadsCreated).SendAsync(created, JobJson.Default.BlobCreatedEvent, cancel);

        async Task<bool> MayWaitAsync(JobLane line) => (await gauge.UploadsAsync(line, cancel)).HeadInsertedAt <= photo.Properties.LastModified + options.SweepAfter;
    }
}
