using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using RoadSeg.Errors;
using RoadSeg.Models;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Datasets.Audits;

/// <summary>Audits in blob storage, the latest of each version. The only writer of their state.</summary>
public sealed class AuditStore
{
    private readonly RecordStore<AuditRecord, AuditState> _records;
    private readonly QueueClient _queue;
    private readonly TimeProvider _time;

    /// <summary>The store of one storage account.</summary>
    public AuditStore(BlobServiceClient blobs, QueueServiceClient queues, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(blobs);
        ArgumentNullException.ThrowIfNull(queues);
        _records = new RecordStore<AuditRecord, AuditState>(
            blobs.GetBlobContainerClient(Containers.Audits),
            AuditJson.Default.AuditRecord,
            time,
            blobs.GetBlobContainerClient(Containers.AuditsActive),
            static audit => BlobPaths.ActiveAudit(audit.Dataset, audit.Version),
            SettleAsync
        );
        _queue = queues.GetQueueClient(Queues.DatasetAudits);
        _time = time;
    }

    /// <summary>Asks for an audit. One with the same model that has not ended is taken for it; one that has ended is replaced.</summary>
    /// <exception cref="RoadSegException">audit-running: one with another model has not ended.</exception>
    public async Task<Stored<AuditRecord>> AskAsync(string dataset, string version, ModelPin model, string caller, CancellationToken cancel)
    {
        var asked = new AuditRecord
        {
            Dataset = dataset,
            Version = version,
            Run = WorkId.New(_time),
            State = AuditState.Queued,
            Caller = caller,
            Model = model,
            CreatedAt = _time.GetUtcNow(),
        };
        while (true)
        {
            // The marker first and the message last: a crash between leaves what the sweep sends.
            await _records.MarkAsync(asked, cancel);
            var change = await FindAsync(dataset, version, cancel) is null
                ? await _records.CreateAsync(BlobPaths.Audit(dataset, version), asked, cancel)
                : await TryMoveAsync(dataset, version, AuditState.Queued, now => AuditRecord.HasEnded(now.State) ? asked : null, cancel);
            if (change.Done)
                await SendAsync(asked, cancel);
            if (change.Document is not { } document)
                continue;
            if (change.Done || (document.Value.Model == model && !AuditRecord.HasEnded(document.Value.State)))
                return document;
            if (!AuditRecord.HasEnded(document.Value.State))
                throw new RoadSegException(
                    ErrorCodes.AuditRunning,
                    $"The version is audited with {document.Value.Model}. Wait for its end, or cancel it, and ask again."
                );
        }
    }

    /// <summary>Reads a record; null when no audit of the version was asked for.</summary>
    public Task<Stored<AuditRecord>?> FindAsync(string dataset, string version, CancellationToken cancel) =>
        _records.FindAsync(BlobPaths.Audit(dataset, version), cancel);

    /// <summary>Moves an audit to another state: see <see cref="RecordStore{T, TState}.TryMoveAsync"/>.</summary>
    public Task<Change<AuditRecord>> TryMoveAsync(
        string dataset,
        string version,
        AuditState to,
        Func<AuditRecord, AuditRecord?> change,
        CancellationToken cancel
    ) => _records.TryMoveAsync(BlobPaths.Audit(dataset, version), to, change, cancel);

    /// <summary>Ends an audit as failed: see <see cref="RecordStore{T, TState}.TryFailAsync"/>.</summary>
    public Task<Change<AuditRecord>> TryFailAsync(
        string dataset,
        string version,
        RoadSegException reason,
        Func<AuditRecord, bool> guard,
        CancellationToken cancel
    ) => _records.TryFailAsync(BlobPaths.Audit(dataset, version), reason, guard, cancel);

    /// <summary>Changes what a record says beside its state and times: see <see cref="RecordStore{T, TState}.AmendAsync"/>.</summary>
    public Task<Change<AuditRecord>> AmendAsync(
        string dataset,
        string version,
        Func<AuditRecord, AuditRecord?> change,
        CancellationToken cancel
    ) => _records.AmendAsync(BlobPaths.Audit(dataset, version), change, cancel);

    /// <summary>Sends the message of an audit that waits. A second one changes nothing.</summary>
    public Task SendAsync(AuditRecord audit, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(audit);
        return _queue.SendAsync(
            new AuditMessage(audit.Dataset, audit.Version, audit.Run, _time.GetUtcNow()),
            AuditJson.Default.AuditMessage,
            cancel
        );
    }

    /// <summary>What is left to do for an audit that has ended: its marker goes.</summary>
    public Task SettleAsync(AuditRecord ended, CancellationToken cancel) => _records.UnmarkAsync(ended, cancel);
}
