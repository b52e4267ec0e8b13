using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using RoadSeg.Diagnostics;
using RoadSeg.Storage;

namespace RoadSeg.Jobs;

/// <summary>A record as read, with the ETag that a change must still find.</summary>
public sealed record JobSnapshot(JobRecord Record, ETag ETag);

/// <summary>What became of a move.</summary>
/// <param name="Moved">True when this call changed the state.</param>
/// <param name="Job">The record after the move, or the one that refused it; null when there is no such job.</param>
public readonly record struct JobMove(bool Moved, JobSnapshot? Job);

/// <summary>Job records in blob storage. The only writer of job state.</summary>
public sealed class JobStore
{
    private static readonly BinaryData Nothing = BinaryData.FromBytes(ReadOnlyMemory<byte>.Empty);

    private readonly JsonBlobs<JobRecord> _records;
    private readonly BlobContainerClient _active;
    private readonly BlobContainerClient _index;
    private readonly QueueClient _webhooks;
    private readonly TimeProvider _time;

    /// <summary>The store of one storage account.</summary>
    public JobStore(BlobServiceClient blobs, QueueServiceClient queues, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(blobs);
        ArgumentNullException.ThrowIfNull(queues);
        _records = new JsonBlobs<JobRecord>(blobs.GetBlobContainerClient(Containers.Jobs), JobJson.Default.JobRecord);
        _active = blobs.GetBlobContainerClient(Containers.JobsActive);
        _index = blobs.GetBlobContainerClient(Containers.JobsIndex);
        _webhooks = queues.GetQueueClient(Queues.WebhookDeliveries);
        _time = time;
    }

    /// <summary>Raised after this process wrote a record.</summary>
    public event Action<JobSnapshot>? Written;

    /// <summary>Raised after this process moved a job to a terminal state: once for each job, by whoever moved it.</summary>
    public event Action<JobRecord>? Ended;

    /// <summary>Writes a new record.</summary>
    /// <returns>The new job; or, with Moved false, the job of this id that was there already.</returns>
    public async Task<JobMove> CreateAsync(JobRecord record, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(record);

        // The marker first: a marker without a record is swept away, a record without a marker would never be swept.
        await Marker(record).UploadAsync(Nothing, overwrite: true, cancel);
        var created = Told(await _records.TryWriteAsync(BlobPaths.Job(record.Id), record, null, cancel));
        if ((created ?? await FindAsync(record.Id, cancel)) is not { } job)
            return default;
        if (job.Record.State.IsTerminal())
            await Marker(record).DeleteIfExistsAsync(cancellationToken: cancel);
        else
            await _index.GetBlobClient(BlobPaths.IndexedJob(job.Record.Caller, job.Record.Times.CreatedAt, record.Id)).UploadAsync(Nothing, overwrite: true, cancel);
        return new JobMove(created is not null, job);
    }

    /// <summary>Reads a record; null when there is no such job.</summary>
    public async Task<JobSnapshot?> FindAsync(JobId id, CancellationToken cancel) => Snapshot(await _records.FindAsync(BlobPaths.Job(id), cancel));

    /// <summary>Moves a job to another state, if it still stands where the caller thinks. Under ETag: of several callers
    /// at once, one moves it and the others see the state it left.</summary>
    /// <param name="id">The job.</param>
    /// <param name="to">The new state. Entry times, owner and active marker are kept here.</param>
    /// <param name="change">Given the current record, returns the changed one, or null to leave it as it is: a late or
    /// doubled message changes nothing. May run more than once.</param>
    /// <param name="cancel">Stops between storage calls.</param>
    /// <param name="known">The record as last read, to save a read; a newer one is fetched when it has changed since.</param>
    /// <exception cref="InvalidOperationException">The move is none of <see cref="JobStates.CanMove"/>.</exception>
    public async Task<JobMove> TryMoveAsync(
        JobId id, JobState to, Func<JobRecord, JobRecord?> change, CancellationToken cancel, JobSnapshot? known = null)
    {
        ArgumentNullException.ThrowIfNull(change);
        var move = await ChangeAsync(id, current =>
        {
            if (change(current) is not { } changed)
                return null;
            if (!JobStates.CanMove(current.State, to))
                throw new InvalidOperationException($"Job {id} cannot move from {current.State} to {to}.");
            return Enter(changed, to, _time.GetUtcNow());
        }, known, cancel);
        if (move.Moved && to.IsTerminal())
        {
            Ended?.Invoke(move.Job!.Record);
            await SettleAsync(move.Job!.Record, cancel);
        }

        return move;
    }

    /// <summary>Changes what a record says beside its state, under ETag.</summary>
    /// <param name="id">The job.</param>
    /// <param name="change">Given the current record, returns the changed one, or null to leave it as it is. Its state and
    /// times are kept. May run more than once.</param>
    /// <param name="cancel">Stops between storage calls.</param>
    public Task<JobMove> AmendAsync(JobId id, Func<JobRecord, JobRecord?> change, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(change);
        return ChangeAsync(id, current => change(current) is { } changed ? changed with { State = current.State, Times = current.Times } : null, null, cancel);
    }

    /// <summary>What is left to do for a job that has ended: its webhook, if it has one, and the end of its marker. The move
    /// itself does it; the sweep does it again where the process died in between, so a webhook may be told twice.</summary>
    public async Task SettleAsync(JobRecord ended, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(ended);
        if (ended.Webhook is { Deliveries: [] })
            await _webhooks.SendAsync(new WebhookMessage(ended.Id, 1, JobTrace.Of(ended)), JobJson.Default.WebhookMessage, cancel);
        await Marker(ended).DeleteIfExistsAsync(cancellationToken: cancel);
    }

    private BlobClient Marker(JobRecord job) => _active.GetBlobClient(BlobPaths.ActiveJob(job.Caller, job.Id));

    private async Task<JobMove> ChangeAsync(JobId id, Func<JobRecord, JobRecord?> change, JobSnapshot? known, CancellationToken cancel)
    {
        var changed = await _records.ChangeAsync(BlobPaths.Job(id), change, cancel, known is null ? null : new Stored<JobRecord>(known.Record, known.ETag));
        return new JobMove(changed.Done, changed.Done ? Told(changed.Document) : Snapshot(changed.Document));
    }

    private static JobRecord Enter(JobRecord record, JobState state, DateTimeOffset now)
    {
        var times = state switch
        {
            JobState.Received => record.Times with { ReceivedAt = record.Times.ReceivedAt ?? now },
            JobState.Queued => record.Times with { QueuedAt = now },
            JobState.Running => record.Times with { StartedAt = now },
            _ when state.IsTerminal() => record.Times with { FinishedAt = now },
            _ => record.Times,
        };
        return record with { State = state, Times = times, Owner = state.IsTerminal() ? null : record.Owner };
    }

    private static JobSnapshot? Snapshot(Stored<JobRecord>? stored) => stored is null ? null : new JobSnapshot(stored.Value, stored.ETag);

    private JobSnapshot? Told(Stored<JobRecord>? written)
    {
        var job = Snapshot(written);
        if (job is not null)
            Written?.Invoke(job);
        return job;
    }
}
