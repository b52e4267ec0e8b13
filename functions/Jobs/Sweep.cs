using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using RoadSeg.Errors;
using RoadSeg.Jobs;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Jobs;

/// <summary>Timer: looks at every live job that is not new and does what a lost event, a lost message or a dead process left
/// undone. It lists the markers in jobs-active only. Doing it twice changes nothing.</summary>
internal sealed class Sweep(
    BlobServiceClient blobs, QueueServiceClient queues, JobStore jobs, QueueGauge gauge, JobOptions options, TimeProvider time, ILogger<Sweep> log)
{
    private const int AtOnce = 8;
    private static readonly RoadSegException TooLate = new(ErrorCodes.DeadlineExceeded, "The job did not end in time. Submit the photo again.");

    // A marker is written before its record; past this age a marker without one is what a dead process left.
    private static readonly TimeSpan RecordPatience = TimeSpan.FromMinutes(10);

    public async Task RunAsync(CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var markers = blobs.GetBlobContainerClient(Containers.JobsActive);
        await Parallel.ForEachAsync(markers.GetBlobsAsync(cancellationToken: cancel), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel }, async (marker, stop) =>
        {
            var age = now - marker.Properties.LastModified!.Value;
            if (age < options.SweepAfter || !JobId.TryParse(marker.Name[(marker.Name.IndexOf('/', StringComparison.Ordinal) + 1)..], out var id))
                return;
            try
            {
                if (await jobs.FindAsync(id, stop) is { } job)
                    await RepairAsync(job, stop);
                else if (age > RecordPatience)
                    await markers.DeleteBlobIfExistsAsync(marker.Name, cancellationToken: stop);
            }
            catch (RequestFailedException e)
            {
                Log.SweepFailed(log, id, e);
            }
        });
    }

    private async Task RepairAsync(JobSnapshot job, CancellationToken cancel)
    {
        var record = job.Record;
        if (record.State.IsTerminal())
        {
            Log.JobRepaired(log, record.Id, "ended without its webhook or with its marker");
            await jobs.SettleAsync(record, cancel);
        }
        else if (time.GetUtcNow() - record.Times.CreatedAt > options.Deadline)
        {
            await jobs.FailAsync(record.Id, TooLate, static _ => true, log, cancel);
        }
        else
        {
            await (record.State switch
            {
                JobState.AwaitingUpload => AwaitedAsync(job, cancel),
                JobState.Received => ReceivedAsync(job, cancel),
                JobState.Queued => QueuedAsync(job, cancel),
                _ => RunningAsync(job, cancel),
            });
        }
    }

    // The photo is there: its event was lost. It is not, and cannot come any more: the job expires.
    private async Task AwaitedAsync(JobSnapshot job, CancellationToken cancel)
    {
        var record = job.Record;
        try
        {
            var photo = (await blobs.GetBlobContainerClient(record.Source.Container).GetBlobClient(record.Source.Path).GetPropertiesAsync(cancellationToken: cancel)).Value;
            Log.JobRepaired(log, record.Id, "its upload had no event");
            await SendUploadAsync(record, photo.ETag.ToString(), photo.ContentLength, cancel);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            var until = (record.Upload?.ExpiresAt ?? record.Times.CreatedAt) + options.UploadGrace;
            if (time.GetUtcNow() > until)
                await jobs.TryMoveAsync(record.Id, JobState.Expired, static now => now.State == JobState.AwaitingUpload ? now : null, cancel, job);
        }
    }

    // The owner's message did not come back within the longest time a message can be worked on: it is lost.
    private async Task ReceivedAsync(JobSnapshot job, CancellationToken cancel)
    {
        if (await DisownedAsync(job, cancel))
            await SendUploadAsync(job.Record, job.Record.Source.ETag ?? "", job.Record.Image?.Bytes ?? 0, cancel);
    }

    private async Task RunningAsync(JobSnapshot job, CancellationToken cancel)
    {
        if (await DisownedAsync(job, cancel))
            await SendSegmentationAsync(job.Record, cancel);
    }

    // Lines are first in, first out, and a message that was taken owns its job at once: where none waits, or the oldest that
    // waits is younger than the job, the job's own is gone or hidden by a dead host. If it comes all the same, it changes nothing.
    private async Task QueuedAsync(JobSnapshot job, CancellationToken cancel)
    {
        var since = job.Record.Times.QueuedAt ?? job.Record.Times.CreatedAt;
        if (time.GetUtcNow() - since < options.SweepAfter)
            return;
        var line = await gauge.ReadAsync(job.Record.Lane, cancel);
        if (line.HeadInsertedAt is not { } oldest || oldest > since + options.SweepAfter)
        {
            Log.JobRepaired(log, job.Record.Id, "its message was lost");
            await SendSegmentationAsync(job.Record, cancel);
        }
    }

    // Without an owner the next message takes the job; a zombie of the old owner cannot commit any more.
    private async Task<bool> DisownedAsync(JobSnapshot job, CancellationToken cancel)
    {
        var state = job.Record.State;
        if (job.Record.Owner is not { } owner)
            return true;
        if (time.GetUtcNow() - owner.Since < options.Lease)
            return false;
        Log.JobRepaired(log, job.Record.Id, "its owner is gone");
        return (await jobs.TryMoveAsync(job.Record.Id, state, record => record.State == state && record.Owner == owner ? record with { Owner = null } : null, cancel, job)).Moved;
    }

    private Task SendUploadAsync(JobRecord job, string etag, long bytes, CancellationToken cancel) => queues.GetQueueClient(Queues.Uploads(job.Lane)).SendAsync(
        BlobCreatedEvent.For(job.Source.Container, job.Source.Path, etag, bytes, time.GetUtcNow()), JobJson.Default.BlobCreatedEvent, cancel);

    private Task SendSegmentationAsync(JobRecord job, CancellationToken cancel) => queues.GetQueueClient(Queues.Segmentation(job.Lane)).SendAsync(
        new SegmentationMessage(job.Id, job.Ticket, job.TraceParent), JobJson.Default.SegmentationMessage, cancel);
}
