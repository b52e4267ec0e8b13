using Azure;
using Azure.Storage.Queues.Models;
using RoadSeg.Datasets;

namespace RoadSeg.Functions.Datasets;

/// <summary>Writes into the record how far a drop is, at most once a second, renews its owner, and stops the work when the drop is no longer the
/// message's or has had its time.</summary>
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
    private readonly CancellationTokenSource _overtaken = new();
    private readonly CancellationTokenSource _stop;
    private readonly CancellationTokenSource _done = new();
    private readonly Task _loop;
    private Step? _latest;

    public IngestProgress(DatasetStore store, string name, QueueMessage message, TimeSpan budget, TimeProvider time, CancellationToken cancel)
    {
        (_store, _name, _message, _time) = (store, name, message, time);
        _budget = new CancellationTokenSource(budget, time);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancel, _budget.Token, _overtaken.Token);
        _loop = Task.Run(TellAsync, CancellationToken.None);
    }

    /// <summary>What the work stops by.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>True when another message took the drop, or a newer drop the set.</summary>
    public bool Overtaken => _overtaken.IsCancellationRequested;

    /// <summary>True when the time of a drop is over.</summary>
    public bool OutOfTime => _budget.IsCancellationRequested;

    public void Report(DatasetProgress value) => Volatile.Write(ref _latest, new Step(value));

    /// <summary>Ends the writing; what comes after is the caller's own change.</summary>
    public async ValueTask DisposeAsync()
    {
        await _done.CancelAsync();
        await _loop;
        _stop.Dispose();
        _overtaken.Dispose();
        _budget.Dispose();
        _done.Dispose();
    }

    private async Task TellAsync()
    {
        using var timer = new PeriodicTimer(Pace, _time);
        Step? told = null;
        var renewed = _time.GetUtcNow();
        try
        {
            while (await timer.WaitForNextTickAsync(_done.Token))
            {
                var (latest, now) = (Volatile.Read(ref _latest), _time.GetUtcNow());
                if (latest == told && now - renewed < Renewal)
                    continue;
                try
                {
                    var change = await _store.ChangeAsync(
                        _name,
                        record => DatasetClaim.Owns(record, _message) ? record with { Progress = latest?.Value, Owner = record.Owner! with { Since = now } } : null,
                        _done.Token);
                    if (!change.Done)
                    {
                        await _overtaken.CancelAsync();
                        return;
                    }

                    (told, renewed) = (latest, now);
                }
                catch (Exception e) when (e is RequestFailedException or AggregateException)
                {
                    // Progress is a courtesy: the next tick tries again, and the work itself meets a storage that is gone.
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private sealed record Step(DatasetProgress Value);
}
