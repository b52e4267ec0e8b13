using Azure.Storage.Queues.Models;
using RoadSeg.Functions.Jobs;
using RoadSeg.Jobs;

namespace RoadSeg.Functions.Uploads;

/// <summary>Decides which of several events about one photo makes its job go on: the first, and every redelivery of it.</summary>
internal sealed class UploadClaim(JobStore jobs, Admission admission, TimeProvider time, ILogger<UploadClaim> log)
{
    /// <summary>Takes the job of an uploaded photo for a message that came in a line. A bare drop's job begins with it, and its trace with
    /// the span named. What <see cref="FindAsync"/> gave a moment ago need not be read again.</summary>
    /// <returns>The job, Received and owned by this message, or Queued by a former delivery of it; null when the
    /// event is a duplicate or comes late.</returns>
    public async Task<JobSnapshot?> TakeAsync(BlobCreatedEvent created, QueueMessage message, JobLane line, CancellationToken cancel, string? traceParent = null, JobSnapshot? found = null)
    {
        var known = found ?? await IssuedAsync(created.Path, cancel);
        var id = known?.Record.Id ?? DropId(created);
        if (id == DropId(created))
        {
            var move = await jobs.CreateAsync(Dropped(id, created, message, line) with { TraceParent = traceParent }, cancel);
            if (move.Moved)
                return move.Job;
            known = move.Job;
        }

        if (known is { Record.State: JobState.Queued } && Owns(known.Record, message))
            return known;
        var taken = await jobs.TryMoveAsync(id, JobState.Received, record => record.State switch
        {
            JobState.AwaitingUpload => record with
            {
                Source = record.Source with { ETag = created.Data.ETag?.Trim('"') },
                Owner = new JobOwner(message.MessageId, time.GetUtcNow()),
            },
            JobState.Received when record.Owner is null || Owns(record, message) => record with { Owner = new JobOwner(message.MessageId, time.GetUtcNow()) },
            _ => null,
        }, cancel, known);
        if (taken.Moved)
            return taken.Job;
        Log.MessageIgnored(log, id, message.MessageId, taken.Job?.Record.State);
        return null;
    }

    /// <summary>True while the message owns the job.</summary>
    public static bool Owns(JobRecord record, QueueMessage message) => record.Owner?.MessageId == message.MessageId;

    /// <summary>The job an event is about, or null for a bare drop that nobody took yet.</summary>
    public async Task<JobSnapshot?> FindAsync(BlobCreatedEvent created, CancellationToken cancel) =>
        await IssuedAsync(created.Path, cancel) ?? await jobs.FindAsync(DropId(created), cancel);

    /// <summary>True for the event of a job that was put into the bulk line and still awaits it. Of a bare drop the line is
    /// decided here, before it has a record, and never again: a redelivery sent on would come back as another message, which does not own the job.</summary>
    /// <param name="job">What <see cref="FindAsync"/> gave.</param>
    /// <param name="cancel">Stops the call.</param>
    public async Task<bool> IsBulkAsync(JobSnapshot? job, CancellationToken cancel) => job is null
        ? await admission.LaneAsync(Callers.Local, cancel) == JobLane.Bulk
        : job.Record is { Lane: JobLane.Bulk, State: JobState.AwaitingUpload };

    /// <summary>The id of the job an event is about.</summary>
    public async Task<JobId> IdAsync(BlobCreatedEvent created, CancellationToken cancel) =>
        (await IssuedAsync(created.Path, cancel))?.Record.Id ?? DropId(created);

    private static JobId DropId(BlobCreatedEvent created) => JobId.ForDrop(created.Container, created.Path, created.Data.ETag ?? "");

    // A photo whose path starts with the id of a job that was issued belongs to that job; any other is a bare drop.
    private async Task<JobSnapshot?> IssuedAsync(string path, CancellationToken cancel)
    {
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && JobId.TryParse(path[..slash], out var id) ? await jobs.FindAsync(id, cancel) : null;
    }

    private JobRecord Dropped(JobId id, BlobCreatedEvent created, QueueMessage message, JobLane line)
    {
        var now = time.GetUtcNow();
        return new JobRecord
        {
            Id = id,
            State = JobState.Received,
            Source = new JobSource(created.Container, created.Path, created.Data.ETag?.Trim('"'), Api.SubmittedImage.Shown(created.Path[(created.Path.LastIndexOf('/') + 1)..])),
            Times = new JobTimes { CreatedAt = now, ReceivedAt = now },
            Owner = new JobOwner(message.MessageId, now),
            Lane = line,
        };
    }
}
