using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using RoadSeg.Jobs;
using RoadSeg.Storage;

namespace RoadSeg.Trainings;

/// <summary>Training records in blob storage. The only writer of a run's state.</summary>
public sealed class TrainingStore
{
    private static readonly BinaryData Nothing = BinaryData.FromBytes(ReadOnlyMemory<byte>.Empty);

    private readonly JsonBlobs<TrainingRecord> _records;
    private readonly BlobContainerClient _runs;
    private readonly BlobContainerClient _active;
    private readonly QueueClient _queue;
    private readonly TimeProvider _time;

    /// <summary>The store of one storage account.</summary>
    public TrainingStore(BlobServiceClient blobs, QueueServiceClient queues, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(blobs);
        ArgumentNullException.ThrowIfNull(queues);
        _runs = blobs.GetBlobContainerClient(Containers.Trainings);
        _records = new JsonBlobs<TrainingRecord>(_runs, TrainingJson.Default.TrainingRecord);
        _active = blobs.GetBlobContainerClient(Containers.TrainingsActive);
        _queue = queues.GetQueueClient(Queues.TrainingJobs);
        _time = time;
    }

    /// <summary>Queues a run. Doing it again with the same id changes nothing.</summary>
    /// <returns>The new record, or the one that was there.</returns>
    public async Task<Stored<TrainingRecord>> CreateAsync(JobId id, TrainingPlan plan, string caller, CancellationToken cancel)
    {
        if (await FindAsync(id, cancel) is { } there)
            return await EarlierAsync(there, cancel);

        // The marker first: a marker without a record is swept away, a record without a marker would never be swept. The
        // message last: a crash before it leaves a queued run without a message, which the sweep sends. An entry of the list
        // counts only if the record is of its very time.
        await _active.GetBlobClient(BlobPaths.ActiveTraining(id)).UploadAsync(Nothing, overwrite: true, cancel);
        var record = new TrainingRecord
        {
            Id = id,
            State = TrainingState.Queued,
            Caller = caller,
            Plan = plan,
            Times = new TrainingTimes { CreatedAt = _time.GetUtcNow() },
        };
        await _runs.GetBlobClient(BlobPaths.IndexedTraining(record.Times.CreatedAt, id)).UploadAsync(Nothing, overwrite: true, cancel);
        if (await _records.TryWriteAsync(BlobPaths.Training(id), record, null, cancel) is { } created)
        {
            await SendAsync(id, cancel);
            return created;
        }

        return await EarlierAsync(await FindAsync(id, cancel) ?? throw new InvalidOperationException($"Training run {id} was deleted while it was made."), cancel);
    }

    /// <summary>Reads a record; null when there is no such run.</summary>
    public Task<Stored<TrainingRecord>?> FindAsync(JobId id, CancellationToken cancel) => _records.FindAsync(BlobPaths.Training(id), cancel);

    /// <summary>Moves a run to another state under ETag.</summary>
    /// <param name="id">The run.</param>
    /// <param name="to">The new state. Entry times, owner and active marker are kept here.</param>
    /// <param name="change">Given the current record, returns the changed one, or null to leave it as it is. May run more than once.</param>
    /// <param name="cancel">Stops between storage calls.</param>
    /// <exception cref="InvalidOperationException">The move is none of <see cref="TrainingStates.CanMove"/>.</exception>
    public async Task<Change<TrainingRecord>> TryMoveAsync(JobId id, TrainingState to, Func<TrainingRecord, TrainingRecord?> change, CancellationToken cancel)
    {
        var moved = await _records.ChangeAsync(BlobPaths.Training(id), current =>
        {
            if (change(current) is not { } changed)
                return null;
            if (!TrainingStates.CanMove(current.State, to))
                throw new InvalidOperationException($"Training run {id} cannot move from {current.State} to {to}.");
            return Enter(changed, to, _time.GetUtcNow());
        }, cancel);
        if (moved.Done && to.IsTerminal())
            await SettleAsync(id, cancel);
        return moved;
    }

    /// <summary>Changes what a record says beside its state and times, under ETag.</summary>
    /// <param name="id">The run.</param>
    /// <param name="change">Given the current record, returns the changed one, or null to leave it as it is. May run more than once.</param>
    /// <param name="cancel">Stops between storage calls.</param>
    public Task<Change<TrainingRecord>> AmendAsync(JobId id, Func<TrainingRecord, TrainingRecord?> change, CancellationToken cancel) =>
        _records.ChangeAsync(BlobPaths.Training(id), current => change(current) is { } changed ? changed with { State = current.State, Times = current.Times } : null, cancel);

    /// <summary>Sends a run's message. A second one changes nothing.</summary>
    public Task SendAsync(JobId id, CancellationToken cancel) => _queue.SendAsync(new TrainingMessage(id), TrainingJson.Default.TrainingMessage, cancel);

    /// <summary>Takes away the marker of a run that has ended.</summary>
    public async Task SettleAsync(JobId id, CancellationToken cancel) =>
        await _active.GetBlobClient(BlobPaths.ActiveTraining(id)).DeleteIfExistsAsync(cancellationToken: cancel);

    private async Task<Stored<TrainingRecord>> EarlierAsync(Stored<TrainingRecord> earlier, CancellationToken cancel)
    {
        if (earlier.Value.State.IsTerminal())
            await SettleAsync(earlier.Value.Id, cancel);
        return earlier;
    }

    private static TrainingRecord Enter(TrainingRecord record, TrainingState state, DateTimeOffset now) => record with
    {
        State = state,
        Times = state switch
        {
            TrainingState.Running => record.Times with { StartedAt = record.Times.StartedAt ?? now },
            _ when state.IsTerminal() => record.Times with { FinishedAt = now },
            _ => record.Times,
        },
        Owner = state.IsTerminal() ? null : record.Owner,
    };
}
