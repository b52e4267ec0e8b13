using Azure.Storage.Queues.Models;
using RoadSeg.Datasets;
using RoadSeg.Datasets.Audits;
using RoadSeg.Work;

namespace RoadSeg.Functions.Audits;

/// <summary>Writes into the record how far an audit is, renews its owner, and stops the work when it is no longer the message's: canceled,
/// or another's.</summary>
internal sealed class AuditProgress : IAsyncDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(2);

    private readonly AuditStore _store;
    private readonly AuditRecord _audit;
    private readonly QueueMessage _message;
    private readonly TimeProvider _time;
    private readonly Heartbeat _telling;
    private readonly CancellationTokenSource _stop;
    private StrongBox? _latest;

    public AuditProgress(AuditStore store, AuditRecord audit, QueueMessage message, TimeProvider time, CancellationToken cancel)
    {
        (_store, _audit, _message, _time) = (store, audit, message, time);
        _telling = new Heartbeat(Pace, done => AmendAsync(record => record with { Progress = _latest?.Value }, done), time);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancel, _telling.Lost);
    }

    /// <summary>What the work stops by.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>True when the audit was canceled, or is another message's.</summary>
    public bool Overtaken => _telling.Lost.IsCancellationRequested;

    public void Report(DatasetProgress value) => Volatile.Write(ref _latest, new StrongBox(value));

    /// <summary>Changes the record while it is this message's.</summary>
    /// <returns>False when it is not.</returns>
    public async Task<bool> AmendAsync(Func<AuditRecord, AuditRecord> change, CancellationToken cancel) =>
        (
            await _store.AmendAsync(
                _audit.Dataset,
                _audit.Version,
                now => IsHeld(now, _audit, _message) ? change(now) with { Owner = now.Owner! with { Since = _time.GetUtcNow() } } : null,
                cancel
            )
        ).Done;

    /// <summary>True while the message works on this very time of the audit.</summary>
    public static bool IsHeld(AuditRecord now, AuditRecord audit, QueueMessage message) =>
        now.State == AuditState.Running && now.Run == audit.Run && Lease.IsHeldBy(now.Owner, message.MessageId);

    public async ValueTask DisposeAsync()
    {
        await _telling.DisposeAsync();
        _stop.Dispose();
    }

    private sealed record StrongBox(DatasetProgress Value);
}
