using Azure.Storage.Queues.Models;
using RoadSeg.Datasets;
using RoadSeg.Work;

namespace RoadSeg.Functions.Datasets;

/// <summary>Writes into the record how far a drop is, at most once a second, renews its owner, and stops the work when the drop is no
/// longer the message's or has had its time.</summary>
internal sealed class IngestProgress : IProgress<DatasetProgress>, IAsyncDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    // Well below the lease, so that long work without a countable step is not taken for dead.
    private static readonly TimeSpan Renewal = TimeSpan.FromMinutes(1);

    private readonly DatasetStore _store;
    private readonly string _name;
    private readonly QueueMessage _message;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _budget;
    private readonly CancellationTokenSource _stop;
    private readonly Heartbeat _telling;
    private Step? _latest;
    private Step? _told;
    private DateTimeOffset _renewed;

    public IngestProgress(
        DatasetStore store,
        string name,
        QueueMessage message,
        TimeSpan budget,
        TimeProvider time,
        CancellationToken cancel
    )
    {
        (_store, _name, _message, _time) = (store, name, message, time);
        _budget = new CancellationTokenSource(budget, time);
        _renewed = time.GetUtcNow();
        _telling = new Heartbeat(Pace, TellAsync, time);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancel, _budget.Token, _telling.Lost);
    }

    /// <summary>What the work stops by.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>True when another message took the drop, or a newer drop the set.</summary>
    public bool Overtaken => _telling.Lost.IsCancellationRequested;

    /// <summary>True when the time of a drop is over.</summary>
    public bool OutOfTime => _budget.IsCancellationRequested;

    public void Report(DatasetProgress value) => Volatile.Write(ref _latest, new Step(value));

    /// <summary>Ends the writing; what comes after is the caller's own change.</summary>
    public async ValueTask DisposeAsync()
    {
        await _telling.DisposeAsync();
        _stop.Dispose();
        _budget.Dispose();
    }

    private async Task<bool> TellAsync(CancellationToken done)
    {
        var (latest, now) = (Volatile.Read(ref _latest), _time.GetUtcNow());
        if (latest == _told && now - _renewed < Renewal)
            return true;
        var change = await _store.AmendAsync(
            _name,
            record =>
                DatasetClaim.Owns(record, _message)
                    ? record with
                    {
                        Progress = latest?.Value,
                        Owner = record.Owner! with { Since = now },
                    }
                    : null,
            done
        );
        if (change.Done)
            (_told, _renewed) = (latest, now);
        return change.Done;
    }

    private sealed record Step(DatasetProgress Value);
}
