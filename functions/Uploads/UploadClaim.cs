using Azure.Storage.Queues.Models;
using RoadSeg.Functions.Jobs;
using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Functions.Uploads;

/// <summary>Decides which of several events about one photo makes its job go on: the first, and every redelivery of it.</summary>
internal sealed class UploadClaim(JobStore jobs, Admission admission, TimeProvider time, ILogger<UploadClaim> log)
{
    /// <summary>Takes the job of an uploaded photo for a message that came in a lane. A bare drop's job begins with it, and its trace with
    /// the span named. What <see cref="FindAsync"/> gave a moment ago need not be read again.</summary>
    /// <param name="created">The event.</param>
    /// <param name="message">Its message.</param>
    /// <param name="lane">The lane that it came in.</param>
    /// <param name="owned">True to have the record say so, which costs a write. Without that several messages about one photo may prepare
    /// it at once, and the first of them queues the job: right for what takes moments.</param>
    /// <param name="cancel">Stops between storage calls.</param>
    /// <param name="traceParent">For a bare drop's record.</param>
    /// <param name="found">What <see cref="FindAsync"/> gave.</param>
    /// <returns>The job, Received and owned by this message; still awaiting its upload, with the version that came; or Queued by a former
    /// delivery of the message. Null when the event is a duplicate or comes late.</returns>
    public async Task<Stored<JobRecord>?> TakeAsync(
        BlobCreatedEvent created,
        QueueMessage message,
        WorkLane lane,
        bool owned,
        CancellationToken cancel,
        string? traceParent = null,
        Stored<JobRecord>? found = null
    )
    {
        var known = found ?? await IssuedAsync(created, cancel);
        var id = known?.Value.Id ?? created.Job ?? DropId(created);
        if (created.Job is null && id == DropId(created))
        {
            var move = await jobs.CreateAsync(Dropped(id, created, message, lane) with { TraceParent = traceParent }, cancel);
            if (move.Done)
                return move.Document;
            known = move.Document;
        }

        if (known is { Value.State: JobState.Queued } && Owns(known.Value, message))
            return known;
        if (!owned && known is { Value: { State: JobState.AwaitingUpload } awaited })
            return known with { Value = awaited with { Source = Version(awaited.Source, created) } };
        var taken = await jobs.TryMoveAsync(
            id,
            JobState.Received,
            record =>
                record.State switch
                {
                    JobState.AwaitingUpload => record with
                    {
                        Source = Version(record.Source, created),
                        Owner = new WorkOwner(message.MessageId, time.GetUtcNow()),
                    },
                    JobState.Received when Lease.MayTake(record.Owner, message.MessageId) => record with
                    {
                        Owner = new WorkOwner(message.MessageId, time.GetUtcNow()),
                    },
                    _ => null,
                },
            cancel,
            known
        );
        if (taken.Done)
            return taken.Document;
        Log.MessageIgnored(log, id, message.MessageId, taken.Document?.Value.State);
        return null;
    }

    /// <summary>True while the message owns the job.</summary>
    public static bool Owns(JobRecord record, QueueMessage message) => Lease.IsHeldBy(record.Owner, message.MessageId);

    /// <summary>True while the message may queue the job: it owns it, or took it without owning it and no other was quicker.</summary>
    public static bool MayQueue(JobRecord record, QueueMessage message) =>
        record.State == JobState.AwaitingUpload || (record.State == JobState.Received && Owns(record, message));

    /// <summary>The job an event is about, or null for a bare drop that nobody took yet.</summary>
    public async Task<Stored<JobRecord>?> FindAsync(BlobCreatedEvent created, CancellationToken cancel) =>
        await IssuedAsync(created, cancel) ?? (created.Job is null ? await jobs.FindAsync(DropId(created), cancel) : null);

    /// <summary>True for the event of a job that was put into the bulk lane and still awaits it. Of a bare drop the lane is
    /// decided here, before it has a record, and never again: a redelivery sent on would come back as another message, which does not own
    /// the job.</summary>
    /// <param name="job">What <see cref="FindAsync"/> gave.</param>
    /// <param name="cancel">Stops the call.</param>
    public async Task<bool> IsBulkAsync(Stored<JobRecord>? job, CancellationToken cancel) =>
        job is null
            ? await admission.LaneAsync(Callers.Local, cancel) == WorkLane.Bulk
            : job.Value is { Lane: WorkLane.Bulk, State: JobState.AwaitingUpload };

    /// <summary>The id of the job an event is about.</summary>
    public async Task<WorkId> IdAsync(BlobCreatedEvent created, CancellationToken cancel) =>
        (await IssuedAsync(created, cancel))?.Value.Id ?? created.Job ?? DropId(created);

    private static WorkId DropId(BlobCreatedEvent created) => WorkId.ForDrop(created.Container, created.Path, created.Data.ETag ?? "");

    // A photo whose path starts with the id of a job that was issued belongs to that job, one of a batch to the job that its event names;
    // any other is a bare drop.
    private async Task<Stored<JobRecord>?> IssuedAsync(BlobCreatedEvent created, CancellationToken cancel)
    {
        if (created.Job is { } named)
            return await jobs.FindAsync(named, cancel);
        var path = created.Path;
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && WorkId.TryParse(path[..slash], out var id) ? await jobs.FindAsync(id, cancel) : null;
    }

    // What was kept of the photo when its job began stays what the job is about.
    private static JobSource Version(JobSource source, BlobCreatedEvent created) =>
        source.Snapshot is null ? source with { ETag = created.Data.ETag?.Trim('"') } : source;

    private JobRecord Dropped(WorkId id, BlobCreatedEvent created, QueueMessage message, WorkLane lane)
    {
        var now = time.GetUtcNow();
        return new JobRecord
        {
            Id = id,
            State = JobState.Received,
            Source = new JobSource(
                created.Container,
                created.Path,
                created.Data.ETag?.Trim('"'),
                SubmittedImage.Shown(created.Path[(created.Path.LastIndexOf('/') + 1)..])
            ),
            Times = new JobTimes { CreatedAt = now, ReceivedAt = now },
            Owner = new WorkOwner(message.MessageId, now),
            Lane = lane,
        };
    }
}
