using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Trainer.Metrics;
using RoadSeg.Trainer.Training;
using RoadSeg.Trainings;
using RoadSeg.Work;

namespace RoadSeg.Trainer.Work;

/// <summary>Reports to storage how a run goes, in the background: progress and a sign of life in the record, metrics, log and pictures
/// beside it. It also hears there that the run was canceled or is another worker's, and stops it then.</summary>
internal sealed class AttemptReporter : IAsyncDisposable
{
    private static readonly string[] Files = [TrainingFiles.Metrics, TrainingFiles.Log, .. TrainingFiles.Pictures];

    private readonly TrainingStore _runs;
    private readonly WorkId _id;
    private readonly int _attempt;
    private readonly string _message;
    private readonly long _delivery;
    private readonly AttemptBlobs _blobs;
    private readonly string _metrics;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly MetricsHistory _history = new();
    private readonly CancellationToken _lost;
    private readonly Heartbeat _telling;
    private (StepReport Report, long At)? _first;
    private StepReport? _latest;
    private long _stored;

    /// <param name="run">The record as this worker claimed it.</param>
    /// <param name="delivery">Deliveries of its message, this one included.</param>
    /// <param name="lost">Canceled when the message is lost.</param>
    /// <param name="shutdown">Canceled when the worker is to end.</param>
    public AttemptReporter(
        TrainingStore runs,
        TrainingRecord run,
        long delivery,
        AttemptBlobs blobs,
        string folder,
        TimeSpan every,
        TimeProvider time,
        CancellationToken lost,
        CancellationToken shutdown
    )
    {
        (_runs, _id, _attempt, _message, _delivery, _blobs, _time, _lost) = (
            runs,
            run.Id,
            run.Attempt,
            run.Owner!.MessageId,
            delivery,
            blobs,
            time,
            lost
        );
        _metrics = Path.Combine(folder, TrainingFiles.Metrics);
        _telling = new Heartbeat(every, TellAgainAsync, time);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(lost, shutdown, _telling.Lost);
    }

    /// <summary>Canceled when the run must stop here, for whatever reason.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>False once this worker must not write any more.</summary>
    public bool IsOurs => !_telling.Lost.IsCancellationRequested && !_lost.IsCancellationRequested;

    /// <summary>Whether a record still is this worker's to change.</summary>
    public bool Owns(TrainingRecord run) => !run.State.IsTerminal() && run.Attempt == _attempt && Lease.IsHeldBy(run.Owner, _message);

    /// <summary>Takes note of an update; costs nothing.</summary>
    public void Stepped(StepReport report)
    {
        lock (_gate)
        {
            _first ??= (report, _time.GetTimestamp());
            _latest = report;
        }
    }

    /// <summary>Takes note that the latest update lies in storage; costs nothing.</summary>
    public void Stored()
    {
        lock (_gate)
            _stored = _latest?.Step ?? 0;
    }

    /// <summary>Throws unless the run is to go on here.</summary>
    /// <exception cref="OvertakenException">The run is no longer this worker's.</exception>
    /// <exception cref="OperationCanceledException">The worker is to end.</exception>
    public void ThrowIfStopped()
    {
        if (!IsOurs)
            throw new OvertakenException();
        _stop.Token.ThrowIfCancellationRequested();
    }

    /// <summary>Stores everything that is to be reported now.</summary>
    /// <exception cref="OvertakenException">The run is no longer this worker's.</exception>
    public async Task TellAsync(CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel);
        try
        {
            var progress = Progress();
            var (now, stored) = (_time.GetUtcNow(), Interlocked.Read(ref _stored));
            var amended = await _runs.AmendAsync(
                _id,
                run =>
                    !Owns(run)
                        ? null
                        : run with
                        {
                            Progress = progress ?? run.Progress,
                            Checkpoint = Math.Max(run.Checkpoint, stored),
                            FruitfulDeliveries = stored > run.Checkpoint ? _delivery : run.FruitfulDeliveries,
                            Owner = run.Owner! with { Since = now },
                        },
                cancel
            );
            if (!amended.Done || !IsOurs)
                throw new OvertakenException();
            await _blobs.StoreAsync(Files, cancel);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _telling.DisposeAsync();
        _stop.Dispose();
        _turn.Dispose();
    }

    private async Task<bool> TellAgainAsync(CancellationToken done)
    {
        try
        {
            await TellAsync(done);
            return true;
        }
        catch (OvertakenException)
        {
            return false;
        }
    }

    private TrainingProgress? Progress()
    {
        StepReport report;
        TimeSpan elapsed;
        long steps;
        lock (_gate)
        {
            if (_latest is not { } latest || _first is not { } first)
                return null;
            (report, elapsed, steps) = (latest, _time.GetElapsedTime(first.At), latest.Step - first.Report.Step);
        }

        _history.ReadOn(_metrics);
        var best = _history.Evaluations.MaxBy(evaluation => evaluation.MeanIou);
        var epoch = (int)((report.Step - 1) / report.StepsPerEpoch) + 1;
        return new TrainingProgress(
            epoch,
            (int)((report.Total + report.StepsPerEpoch - 1) / report.StepsPerEpoch),
            report.Step,
            report.Total,
            Finite(report.MeanLoss),
            best?.MeanIou,
            best?.Accuracy,
            steps > 0 ? Math.Round(elapsed.TotalSeconds / steps * (report.Total - report.Step), 1) : null,
            _time.GetUtcNow()
        );
    }

    // JSON has no word for what is no number.
    private static double? Finite(double value) => double.IsFinite(value) ? Math.Round(value, 6) : null;
}
