using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Queues;
using Microsoft.Azure.Functions.Worker;
using RoadSeg.Datasets;
using RoadSeg.Functions.Jobs;
using RoadSeg.Functions.Storage;
using RoadSeg.Functions.Uploads;
using RoadSeg.Functions.Work;
using RoadSeg.Jobs;
using RoadSeg.Registry;
using RoadSeg.Storage;
using RoadSeg.Trainings;
using RoadSeg.Work;

namespace RoadSeg.Functions.Retention;

/// <summary>Timer: deletes what is older than it is kept, and sends the event of each bare drop whose own was lost: only a list of the
/// photos themselves shows it. On Azure a lifecycle rule may delete too.</summary>
internal sealed class RetentionPass(
    BlobServiceClient blobs,
    QueueServiceClient queues,
    UploadClaim claim,
    QueueGauge gauge,
    WorkOptions options,
    TimeProvider time,
    ILogger<RetentionPass> log
)
{
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
        (string Container, Func<CancellationToken, Task> Look)[] others =
        [
            Aged(Containers.Submitted, options.KeepUploads),
            Aged(Containers.Batches, options.KeepUploads),
            Aged(Containers.Clips, options.KeepUploads),
            Aged(Containers.BatchRuns, options.KeepResults + TimeSpan.FromDays(1)),
            Aged(Containers.Work, options.Deadline + options.Lease),
            // The record outlives what it names, so that a deleted result is "gone" and not "unknown".
            Aged(Containers.Results, options.KeepResults),
            Aged(Containers.IdempotencyKeys, options.KeepResults + TimeSpan.FromDays(1)),
            Aged(Containers.JobsIndex, options.KeepResults + TimeSpan.FromDays(1)),
            Aged(Containers.Jobs, options.KeepResults + TimeSpan.FromDays(1)),
            (Containers.Trainings, stop => RunsAndVersionsAsync(now, stop)),
        ];

        // Lost events cannot wait; the others begin with another one each hour, so that none is always the one the time does not reach.
        var first = (int)(now.ToUnixTimeSeconds() / 3600 % others.Length);
        using var over = new CancellationTokenSource(Pass, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel, over.Token);
        (string Container, Func<CancellationToken, Task> Look)[] looks =
        [
            Aged(Containers.Uploads, options.KeepUploads),
            .. others[first..],
            .. others[..first],
        ];
        foreach (var (container, look) in looks)
        {
            try
            {
                await look(stop.Token);
            }
#pragma warning disable CA1031 // Whatever is wrong with one container keeps no other from being looked at.
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

        (string, Func<CancellationToken, Task>) Aged(string container, TimeSpan keep) =>
            (container, stop => LookAsync(blobs.GetBlobContainerClient(container), now, keep, stop));
    }

    // Training runs, what they learn from and what comes of them: their versions go whole or not at all.
    private async Task RunsAndVersionsAsync(DateTimeOffset now, CancellationToken cancel)
    {
        await LookAsync(blobs.GetBlobContainerClient(Containers.Trainings), now, options.KeepTrainings, cancel);
        var runs = new TrainingStore(blobs, queues, time);
        await new DatasetRetention(blobs, new DatasetStore(blobs, time), runs, options, time, log).RunAsync(cancel);
        await new ModelRetention(
            blobs,
            new ModelRegistry(blobs, time),
            new JobStore(blobs, queues, time),
            runs,
            options,
            time,
            log
        ).RunAsync(cancel);
    }

    private async Task LookAsync(BlobContainerClient container, DateTimeOffset now, TimeSpan keep, CancellationToken cancel)
    {
        var deleted = 0;
        try
        {
            await RepairPass.RunAsync(
                container.GetBlobsAsync(BlobTraits.None, BlobStates.None, null, cancel),
                async (blob, stop) =>
                {
                    var age = now - blob.Properties.LastModified!.Value;

                    // A video of overlays shows what its photos do.
                    if (age > (container.Name == Containers.BatchRuns && BlobPaths.IsClipFile(blob.Name) ? options.KeepUploads : keep))
                    {
                        var old = container.GetBlobClient(blob.Name);

                        // What came by an upload key was let in by us; a drop's lease is its owner's word that it stays.
                        var gone = BlobPaths.IsUpload(blob.Name)
                            ? await LeasedBlob.DeleteAsync(old, null, stop)
                            : await old.DeleteIfExistsAsync(DeleteSnapshotsOption.IncludeSnapshots, cancellationToken: stop);
                        if (gone)
                            Interlocked.Increment(ref deleted);
                    }
                    else if (container.Name == Containers.Uploads && age > YoungestDrop && age < OldestDrop)
                    {
                        await RepairAsync(blob, stop);
                    }
                },
                (blob, e) => Log.BlobNotKept(log, container.Name, blob.Name, e),
                cancel
            );
        }
        finally
        {
            if (deleted > 0)
                Log.BlobsDeleted(log, deleted, container.Name);
        }
    }

    // A photo that has a job is the sweep's, unless that job has ended without it: its event, which would have deleted it, may be lost too.
    // A drop whose event is in a lane gets its job when it is taken.
    private async Task RepairAsync(BlobItem photo, CancellationToken cancel)
    {
        var etag = photo.Properties.ETag!.Value.ToString();
        var created = BlobCreatedEvent.For(Containers.Uploads, photo.Name, etag, photo.Properties.ContentLength ?? 0, time.GetUtcNow());
        if (await claim.FindAsync(created, cancel) is { Value: var job })
        {
            await UnwantedPhoto.DeleteAsync(blobs, job, cancel);
            return;
        }

        if (await MayWaitAsync(WorkLane.Interactive) || await MayWaitAsync(WorkLane.Bulk))
            return;
        Log.JobRepaired(log, WorkId.ForDrop(Containers.Uploads, photo.Name, etag), "its upload had no event");
        await queues.GetQueueClient(Queues.UploadsCreated).SendAsync(created, JobJson.Default.BlobCreatedEvent, cancel);

        async Task<bool> MayWaitAsync(WorkLane lane) =>
            (await gauge.UploadsAsync(lane, cancel)).HeadInsertedAt <= photo.Properties.LastModified + options.SweepAfter;
    }
}
