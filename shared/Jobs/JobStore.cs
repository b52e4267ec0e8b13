using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
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
    private static readonly BlobRequestConditions MustNotExist = new() { IfNoneMatch = ETag.All };

    private readonly BlobContainerClient _jobs;
    private readonly BlobContainerClient _active;
    private readonly TimeProvider _time;

    /// <summary>The store of one storage account.</summary>
    public JobStore(BlobServiceClient blobs, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(blobs);
        _jobs = blobs.GetBlobContainerClient(Containers.Jobs);
        _active = blobs.GetBlobContainerClient(Containers.JobsActive);
        _time = time;
    }

    /// <summary>Writes a new record.</summary>
    /// <returns>The new job; or, with Moved false, the job of this id that was there already.</returns>
    public async Task<JobMove> CreateAsync(JobRecord record, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(record);

        // The marker first: a marker without a record is swept away, a record without a marker would never be swept.
        await Marker(record.Id).UploadAsync(BinaryData.FromBytes(ReadOnlyMemory<byte>.Empty), overwrite: true, cancel);
        if (await TryWriteAsync(record, MustNotExist, cancel) is { } created)
            return new JobMove(true, created);

        var existing = await FindAsync(record.Id, cancel);
        if (existing is { Record.State: var state } && state.IsTerminal())
            await Marker(record.Id).DeleteIfExistsAsync(cancellationToken: cancel);
        return new JobMove(false, existing);
    }

    /// <summary>Reads a record; null when there is no such job.</summary>
    public async Task<JobSnapshot?> FindAsync(JobId id, CancellationToken cancel)
    {
        try
        {
            var blob = (await _jobs.GetBlobClient(BlobPaths.Job(id)).DownloadContentAsync(cancel)).Value;
            var record = JsonSerializer.Deserialize(blob.Content.ToMemory().Span, JobJson.Default.JobRecord)
                ?? throw new JsonException($"jobs/{id}.json holds null.");
            return new JobSnapshot(record, blob.Details.ETag);
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return null;
        }
    }

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
        var current = known ?? await FindAsync(id, cancel);
        while (current is not null)
        {
            if (change(current.Record) is not { } changed)
                return new JobMove(false, current);
            if (!JobStates.CanMove(current.Record.State, to))
                throw new InvalidOperationException($"Job {id} cannot move from {current.Record.State} to {to}.");

            var next = Enter(changed, to, _time.GetUtcNow());
            if (await TryWriteAsync(next, new BlobRequestConditions { IfMatch = current.ETag }, cancel) is { } written)
            {
                if (to.IsTerminal())
                    await Marker(id).DeleteIfExistsAsync(cancellationToken: cancel);
                return new JobMove(true, written);
            }

            current = await FindAsync(id, cancel);
        }

        return new JobMove(false, null);
    }

    private BlobClient Marker(JobId id) => _active.GetBlobClient(BlobPaths.ActiveJob(id));

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

    private async Task<JobSnapshot?> TryWriteAsync(JobRecord record, BlobRequestConditions conditions, CancellationToken cancel)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(record, JobJson.Default.JobRecord);
        var options = new BlobUploadOptions
        {
            Conditions = conditions,
            HttpHeaders = new BlobHttpHeaders { ContentType = "application/json" },
        };
        try
        {
            var info = await _jobs.GetBlobClient(BlobPaths.Job(record.Id)).UploadAsync(BinaryData.FromBytes(json), options, cancel);
            return new JobSnapshot(record, info.Value.ETag);
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412)
        {
            return null;
        }
    }
}
