using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using RoadSeg.Errors;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Trainings;

/// <summary>Training records in blob storage. The only writer of a run's state.</summary>
public sealed class TrainingStore
{
    private readonly RecordStore<TrainingRecord, TrainingState> _records;
    private readonly BlobContainerClient _runs;
    private readonly QueueClient _queue;
    private readonly TimeProvider _time;

    /// <summary>The store of one storage account.</summary>
    public TrainingStore(BlobServiceClient blobs, QueueServiceClient queues, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(blobs);
        ArgumentNullException.ThrowIfNull(queues);
        _runs = blobs.GetBlobContainerClient(Containers.Trainings);
        _records = new RecordStore<TrainingRecord, TrainingState>(
            _runs,
            TrainingJson.Default.TrainingRecord,
            time,
            blobs.GetBlobContainerClient(Containers.TrainingsActive),
            static run => BlobPaths.ActiveTraining(run.Id),
            SettleAsync
        );
        _queue = queues.GetQueueClient(Queues.TrainingJobs);
        _time = time;
    }

    /// <summary>Queues a run. Doing it again with the same id changes nothing.</summary>
    /// <returns>The new record, or the one that was there.</returns>
    public async Task<Stored<TrainingRecord>> CreateAsync(WorkId id, TrainingPlan plan, string caller, CancellationToken cancel)
    {
        if (await FindAsync(id, cancel) is { } there)
            return await EarlierAsync(there, cancel);

        // The message last: a crash before it leaves a queued run without a message, which the sweep sends. An entry of the list
        // counts only if the record is of its very time.
        var record = new TrainingRecord
        {
            Id = id,
            State = TrainingState.Queued,
            Caller = caller,
            Plan = plan,
            Times = new TrainingTimes { CreatedAt = _time.GetUtcNow() },
        };
        await _records.MarkAsync(record, cancel);
        await _runs
            .GetBlobClient(BlobPaths.IndexedTraining(record.Times.CreatedAt, id))
            .UploadAsync(BinaryData.FromBytes(ReadOnlyMemory<byte>.Empty), overwrite: true, cancel);
        var created = await _records.CreateAsync(BlobPaths.Training(id), record, cancel);
        if (created.Done)
        {
            await SendAsync(id, cancel);
            return created.Document!;
        }

        return await EarlierAsync(
            created.Document ?? throw new InvalidOperationException($"Training run {id} was deleted while it was made."),
            cancel
        );
    }

    /// <summary>Reads a record; null when there is no such run.</summary>
    public Task<Stored<TrainingRecord>?> FindAsync(WorkId id, CancellationToken cancel) =>
        _records.FindAsync(BlobPaths.Training(id), cancel);

    /// <summary>Moves a run to another state: see <see cref="RecordStore{T, TState}.TryMoveAsync"/>. Its marker goes when it
    /// ends.</summary>
    public Task<Change<TrainingRecord>> TryMoveAsync(
        WorkId id,
        TrainingState to,
        Func<TrainingRecord, TrainingRecord?> change,
        CancellationToken cancel
    ) => _records.TryMoveAsync(BlobPaths.Training(id), to, change, cancel);

    /// <summary>Ends a run as failed: see <see cref="RecordStore{T, TState}.TryFailAsync"/>.</summary>
    public Task<Change<TrainingRecord>> TryFailAsync(
        WorkId id,
        RoadSegException reason,
        Func<TrainingRecord, bool> guard,
        CancellationToken cancel
    ) => _records.TryFailAsync(BlobPaths.Training(id), reason, guard, cancel);

    /// <summary>Changes what a record says beside its state and times: see <see cref="RecordStore{T, TState}.AmendAsync"/>.</summary>
    public Task<Change<TrainingRecord>> AmendAsync(WorkId id, Func<TrainingRecord, TrainingRecord?> change, CancellationToken cancel) =>
        _records.AmendAsync(BlobPaths.Training(id), change, cancel);

    /// <summary>Sends a run's message. A second one changes nothing.</summary>
    public Task SendAsync(WorkId id, CancellationToken cancel) =>
        _queue.SendAsync(new TrainingMessage(id), TrainingJson.Default.TrainingMessage, cancel);

    /// <summary>What is left to do for a run that has ended: its marker goes. The sweep does it again where the process died in
    /// between.</summary>
    public Task SettleAsync(TrainingRecord ended, CancellationToken cancel) => _records.UnmarkAsync(ended, cancel);

    private async Task<Stored<TrainingRecord>> EarlierAsync(Stored<TrainingRecord> earlier, CancellationToken cancel)
    {
        if (earlier.Value.State.IsTerminal())
            await SettleAsync(earlier.Value, cancel);
        return earlier;
    }
}
