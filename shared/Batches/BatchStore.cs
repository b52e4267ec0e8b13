using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Batches;

/// <summary>Batches in blob storage. The only writer of their records.</summary>
public sealed class BatchStore
{
    private readonly RecordStore<BatchRecord, BatchState> _records;
    private readonly QueueClient _steps;
    private readonly QueueClient _webhooks;
    private readonly TimeProvider _time;

    /// <summary>The store of one storage account.</summary>
    public BatchStore(BlobServiceClient blobs, QueueServiceClient queues, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(blobs);
        ArgumentNullException.ThrowIfNull(queues);
        _records = new RecordStore<BatchRecord, BatchState>(
            blobs.GetBlobContainerClient(Containers.BatchRuns),
            BatchJson.Default.BatchRecord,
            time,
            blobs.GetBlobContainerClient(Containers.BatchesActive),
            static batch => BlobPaths.ActiveBatch(batch.Caller, batch.Id),
            SettleAsync
        );
        _steps = queues.GetQueueClient(Queues.BatchSteps);
        _webhooks = queues.GetQueueClient(Queues.WebhookDeliveries);
        _time = time;
    }

    /// <summary>Begins a batch. The marker first and the message last: a crash between leaves what the sweep sends.</summary>
    /// <returns>The new batch; or, with Done false, the one of this id that was there already.</returns>
    public async Task<Change<BatchRecord>> CreateAsync(BatchRecord batch, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (batch.HasSteps)
            await _records.MarkAsync(batch, cancel);
        var created = await _records.CreateAsync(BlobPaths.Batch(batch.Id), batch, cancel);
        if (created is { Document.Value: { HasSteps: true } now })
            await SendAsync(now, TimeSpan.Zero, cancel);
        return created;
    }

    /// <summary>Reads a record; null when there is no such batch.</summary>
    public async Task<Stored<BatchRecord>?> FindAsync(WorkId id, CancellationToken cancel) =>
        id.MadeAt is null ? null : await _records.FindAsync(BlobPaths.Batch(id), cancel);

    /// <summary>Moves a batch to another state: see <see cref="RecordStore{T, TState}.TryMoveAsync"/>.</summary>
    public Task<Change<BatchRecord>> TryMoveAsync(
        WorkId id,
        BatchState to,
        Func<BatchRecord, BatchRecord?> change,
        CancellationToken cancel,
        Stored<BatchRecord>? known = null
    ) => _records.TryMoveAsync(BlobPaths.Batch(id), to, change, cancel, known);

    /// <summary>Changes what a record says beside its state and times: see <see cref="RecordStore{T, TState}.AmendAsync"/>.</summary>
    public Task<Change<BatchRecord>> AmendAsync(WorkId id, Func<BatchRecord, BatchRecord?> change, CancellationToken cancel) =>
        _records.AmendAsync(BlobPaths.Batch(id), change, cancel);

    /// <summary>Takes up a batch that has ended, with what a change adds to it: more rounds, or archives. One that is at work already is
    /// changed and goes on as it was.</summary>
    /// <param name="id">The batch.</param>
    /// <param name="to">The state it goes to; null: the one it has.</param>
    /// <param name="change">As for <see cref="TryMoveAsync"/>.</param>
    /// <param name="cancel">Stops between steps; asking again goes on.</param>
    public async Task<Change<BatchRecord>> TakeUpAsync(
        WorkId id,
        BatchState? to,
        Func<BatchRecord, BatchRecord?> change,
        CancellationToken cancel
    )
    {
        if (await FindAsync(id, cancel) is not { } known)
            return default;
        await _records.MarkAsync(known.Value, cancel);
        var woken = false;
        var taken = to is { } state ? await TryMoveAsync(id, state, Woken, cancel, known) : await AmendAsync(id, Woken, cancel);
        if (taken is { Done: true, Document.Value: var batch } && woken)
            await SendAsync(batch, TimeSpan.Zero, cancel);
        return taken;

        // A step of the number that the record has is in the queue or being made, unless it has none left.
        BatchRecord? Woken(BatchRecord now)
        {
            woken = !now.HasSteps;
            return change(now) is not { } changed ? null
                : woken ? changed with { Step = now.Step + 1, SteppedAt = _time.GetUtcNow() }
                : changed;
        }
    }

    /// <summary>Sends the message of a batch's next step. A second one changes nothing.</summary>
    public Task SendAsync(BatchRecord batch, TimeSpan hidden, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return _steps.SendAsync(new BatchMessage(batch.Id, batch.Step), BatchJson.Default.BatchMessage, cancel, hidden);
    }

    /// <summary>What is left to do for a batch that has ended: its webhook, and its marker goes where no step is left. Doing it twice
    /// notifies twice at most.</summary>
    public async Task SettleAsync(BatchRecord ended, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(ended);
        await NotifyAsync(ended, WebhookSubject.Batch, cancel);
        await RestAsync(ended, cancel);
    }

    /// <summary>The marker of a batch without further steps goes; and comes back where one was asked for meanwhile.</summary>
    public async Task RestAsync(BatchRecord batch, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (batch.HasSteps)
            return;
        await _records.UnmarkAsync(batch, cancel);
        if (await FindAsync(batch.Id, cancel) is { Value: { HasSteps: true } woken })
            await _records.MarkAsync(woken, cancel);
    }

    /// <summary>Sends the message of a webhook that was not tried yet.</summary>
    public async Task NotifyAsync(BatchRecord batch, WebhookSubject subject, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if ((subject == WebhookSubject.Batch ? batch.Webhook : batch.WebhookOfShare) is { Deliveries: [] })
            await _webhooks.SendAsync(new WebhookMessage(batch.Id, 1, batch.TraceParent, subject), JobJson.Default.WebhookMessage, cancel);
    }
}
