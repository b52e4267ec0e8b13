using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Microsoft.Azure.Functions.Worker;
using RoadSeg.Errors;
using RoadSeg.Functions.Work;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Jobs;

/// <summary>Timer: looks at every live job that is not new and does what a lost event, a lost message or a dead process left
/// undone. It lists the markers in jobs-active only. Doing it twice changes nothing.</summary>
internal sealed class JobSweep(
    BlobServiceClient blobs,
    QueueServiceClient queues,
    JobStore jobs,
    QueueGauge gauge,
    AwaitedJobs awaited,
    WorkOptions options,
    TimeProvider time,
    ILogger<JobSweep> log
)
{
    private static readonly RoadSegException TooLate = new(
        ErrorCodes.DeadlineExceeded,
        "The job did not end in time. Submit the photo again."
    );

    [Function("Sweep")]
    public Task TickAsync([TimerTrigger("*/10 * * * * *", UseMonitor = false)] TimerInfo timer, CancellationToken cancel) =>
        RunAsync(cancel);

    public async Task RunAsync(CancellationToken cancel)
    {
        awaited.ForgetDue();
        await RepairPass.RunAsync(
            blobs.GetBlobContainerClient(Containers.JobsActive),
            options.SweepAfter,
            time.GetUtcNow(),
            awaited.IsDue,
            jobs.FindAsync,
            RepairAsync,
            (id, e) => Log.SweepFailed(log, id, e),
            cancel
        );
    }

    private async Task RepairAsync(Stored<JobRecord> job, CancellationToken cancel)
    {
        var record = job.Value;
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
            await (
                record.State switch
                {
                    JobState.AwaitingUpload => AwaitedAsync(job, cancel),
                    JobState.Received => ReceivedAsync(job, cancel),
                    JobState.Queued => QueuedAsync(job, cancel),
                    _ => RunningAsync(job, cancel),
                }
            );
        }
    }

    // The photo is there: its event was lost. It is not, and cannot come any more: the job expires.
    private async Task AwaitedAsync(Stored<JobRecord> job, CancellationToken cancel)
    {
        var record = job.Value;
        if (record.Batch is not null)
        {
            // Its photo was there when it was listed. If it is gone, PreprocessUpload says so.
            if (
                await IsLostAsync(record, record.Times.CreatedAt, [gauge.UploadsAsync], cancel)
                && await BeginsAsync(job, "its message was lost", cancel) is { } sent
            )
                await SendUploadAsync(sent, sent.Source.ETag ?? "", 0, cancel);
            return;
        }

        try
        {
            var photo = (
                await blobs
                    .GetBlobContainerClient(record.Source.Container)
                    .GetBlobClient(record.Source.Path)
                    .GetPropertiesAsync(cancellationToken: cancel)
            ).Value;

            // The event of a bulk job came in the interactive lane, if storage made it, and was sent on.
            if (
                await IsLostAsync(
                    record,
                    photo.LastModified,
                    record.Lane == WorkLane.Bulk ? [gauge.UploadsAsync, InteractiveUploadsAsync] : [gauge.UploadsAsync],
                    cancel
                ) && await BeginsAsync(job, "its upload had no event", cancel) is { } begun
            )
                await SendUploadAsync(begun, photo.ETag.ToString(), photo.ContentLength, cancel);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            var until = (record.Upload?.ExpiresAt ?? record.Times.CreatedAt) + options.UploadGrace;
            if (time.GetUtcNow() > until)
                await jobs.TryMoveAsync(
                    record.Id,
                    JobState.Expired,
                    static now => now.State == JobState.AwaitingUpload ? now : null,
                    cancel,
                    job
                );
            else
                awaited.LookLater(record.Id, record.Times.CreatedAt, until);
        }
    }

    private async Task ReceivedAsync(Stored<JobRecord> job, CancellationToken cancel)
    {
        if (await DisownedAsync(job, job.Value.Times.ReceivedAt, gauge.UploadsAsync, cancel) is { } begun)
            await SendUploadAsync(begun, begun.Source.ETag ?? "", begun.Image?.Bytes ?? 0, cancel);
    }

    private async Task QueuedAsync(Stored<JobRecord> job, CancellationToken cancel)
    {
        if (
            await IsLostAsync(job.Value, job.Value.Times.QueuedAt, [gauge.ReadAsync], cancel)
            && await BeginsAsync(job, "its message was lost", cancel) is { } begun
        )
            await queues.SendSegmentationAsync(begun, begun.TraceParent, cancel);
    }

    private async Task RunningAsync(Stored<JobRecord> job, CancellationToken cancel)
    {
        if (await DisownedAsync(job, job.Value.Times.StartedAt, gauge.ReadAsync, cancel) is { } begun)
            await queues.SendSegmentationAsync(begun, begun.TraceParent, cancel);
    }

    // Queues are first in, first out, and a message that was taken owns its job at once: where none waits, or the oldest that
    // waits is younger than the job's own, that one is gone or hidden by a dead host. If it comes all the same, it changes nothing. An
    // interactive photo that awaits its upload is owned by none while it is prepared, so that it is repaired once and then given the time
    // of a lease.
    private async Task<bool> IsLostAsync(
        JobRecord job,
        DateTimeOffset? sent,
        Func<WorkLane, CancellationToken, Task<QueueReading>>[] lanes,
        CancellationToken cancel
    )
    {
        var (since, patience) = (sent ?? job.Times.CreatedAt, options.SweepAfter);
        if (job.RepairedAt > since)
            (since, patience) = (job.RepairedAt.Value, job.State == JobState.AwaitingUpload ? options.Lease : patience);
        if (time.GetUtcNow() - since < patience)
            return false;
        foreach (var read in lanes)
        {
            if ((await read(job.Lane, cancel)).HeadInsertedAt is not { } oldest || oldest > since + options.SweepAfter)
                continue;
            awaited.LookLater(job.Id, since, job.Times.CreatedAt + options.Deadline);
            return false;
        }

        return true;
    }

    // The record with its repair. Noted before the message is sent: behind a backlog, the next pass would send it again, and each one after
    // that.
    private async Task<JobRecord?> BeginsAsync(Stored<JobRecord> job, string what, CancellationToken cancel)
    {
        var (state, before, now) = (job.Value.State, job.Value.RepairedAt, time.GetUtcNow());
        var noted = await jobs.AmendAsync(
            job.Value.Id,
            record => record.State == state && record.RepairedAt == before ? record with { RepairedAt = now } : null,
            cancel
        );
        if (!noted.Done)
            return null;
        Log.JobRepaired(log, job.Value.Id, what);
        return noted.Document!.Value;
    }

    // The owner's message did not come back within the longest time a message can be worked on: it is lost. Without an owner
    // the next message takes the job; a zombie of the old owner cannot commit any more.
    private async Task<JobRecord?> DisownedAsync(
        Stored<JobRecord> job,
        DateTimeOffset? taken,
        Func<WorkLane, CancellationToken, Task<QueueReading>> lane,
        CancellationToken cancel
    )
    {
        var (state, now) = (job.Value.State, time.GetUtcNow());
        if (job.Value.Owner is not { } owner)
            return await IsLostAsync(job.Value, taken, [lane], cancel) ? await BeginsAsync(job, "no message took it over", cancel) : null;
        if (!Lease.IsOver(owner, options.Lease, now))
            return null;
        var disowned = await jobs.TryMoveAsync(
            job.Value.Id,
            state,
            record => record.State == state && record.Owner == owner ? record with { Owner = null, RepairedAt = now } : null,
            cancel,
            job
        );
        if (!disowned.Done)
            return null;
        Log.JobRepaired(log, job.Value.Id, "its owner is gone");
        return disowned.Document!.Value;
    }

    private Task<QueueReading> InteractiveUploadsAsync(WorkLane lane, CancellationToken cancel) =>
        gauge.UploadsAsync(WorkLane.Interactive, cancel);

    private Task SendUploadAsync(JobRecord job, string etag, long bytes, CancellationToken cancel) =>
        queues
            .GetQueueClient(Queues.Uploads(job.Lane))
            .SendAsync(
                BlobCreatedEvent.For(
                    job.Source.Container,
                    job.Source.Path,
                    etag,
                    bytes,
                    time.GetUtcNow(),
                    job.Batch is null ? null : job.Id
                ),
                JobJson.Default.BlobCreatedEvent,
                cancel
            );
}
