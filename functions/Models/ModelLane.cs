using System.Diagnostics;
using RoadSeg.Functions.Fairness;
using RoadSeg.Imaging;
using RoadSeg.Inference;
using RoadSeg.Work;

namespace RoadSeg.Functions.Models;

/// <summary>One run of the model at a time: a run already uses every core (or the GPU), so a second beside it only makes
/// both late. Interactive jobs go first; every eighth slot is a bulk job's, so that neither lane starves (decision 0008).</summary>
internal sealed class ModelLane
{
    private const int InteractiveSlots = 7;

    private readonly Lock _gate = new();
    private readonly Queue<TaskCompletionSource>[] _waiting = [new(), new()];
    private bool _busy;
    private int _streak;

    /// <summary>Runs the model when it has the slot.</summary>
    /// <param name="lane">Which lane to wait in.</param>
    /// <param name="engine">The model.</param>
    /// <param name="input">Model input.</param>
    /// <param name="width">Width of the mask in pixels.</param>
    /// <param name="height">Height of the mask in pixels.</param>
    /// <param name="wanted">Asked when it has the slot, with how long that took: false gives the slot to the next.</param>
    /// <param name="cancel">Gives up waiting.</param>
    /// <param name="asked">Classes whose probability is asked for too; null for none.</param>
    /// <param name="plan">Tiles to look at; between them others have the slot. Null for the input as one.</param>
    /// <returns>The result, or null when it is no longer wanted.</returns>
    public async Task<SegmentationResult?> RunAsync(
        WorkLane lane,
        SegmentationEngine engine,
        RgbImage input,
        int width,
        int height,
        Func<TimeSpan, Task<bool>> wanted,
        CancellationToken cancel,
        AskedClasses? asked = null,
        TilePlan? plan = null
    )
    {
        var started = Stopwatch.GetTimestamp();
        await EnterAsync(lane, cancel);
        var left = false;
        try
        {
            if (!await wanted(Stopwatch.GetElapsedTime(started)))
                return null;

            // A heavy mask takes longer to scale up than the model takes to run: others' slots come meanwhile.
            Action? scaling = PhotoSlots.IsHeavy(width, height) ? LeaveOnce : null;
            if (plan is null)
                return engine.Segment(input, width, height, scaling, asked);

            using var tiles = engine.Tile(input, plan);
            while (tiles.Run())
            {
                LeaveOnce();
                await EnterAsync(lane, cancel);
                left = false;
            }

            return tiles.Result(width, height, scaling, asked);
        }
        finally
        {
            LeaveOnce();
        }

        void LeaveOnce()
        {
            if (!left)
                Leave();
            left = true;
        }
    }

    /// <summary>True while the model has nothing to do.</summary>
    public bool IsFree
    {
        get
        {
            lock (_gate)
                return !_busy;
        }
    }

    /// <summary>Waits for a slot. Each slot must be left.</summary>
    internal async Task EnterAsync(WorkLane lane, CancellationToken cancel)
    {
        var slot = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (!_busy)
            {
                _busy = true;
                return;
            }

            _waiting[(int)lane].Enqueue(slot);
        }

        await using var canceled = cancel.Register(static slot => ((TaskCompletionSource)slot!).TrySetCanceled(), slot);
        await slot.Task;
    }

    /// <summary>Ends a slot and gives the next.</summary>
    internal void Leave()
    {
        lock (_gate)
        {
            while (Next() is { } next)
            {
                if (next.TrySetResult())
                    return;
            }

            _busy = false;
        }
    }

    private TaskCompletionSource? Next()
    {
        var (interactive, bulk) = (_waiting[(int)WorkLane.Interactive], _waiting[(int)WorkLane.Bulk]);
        if (bulk.Count > 0 && (interactive.Count == 0 || _streak >= InteractiveSlots))
        {
            _streak = 0;
            return bulk.Dequeue();
        }

        if (interactive.Count == 0)
            return null;
        _streak = bulk.Count > 0 ? _streak + 1 : 0;
        return interactive.Dequeue();
    }
}
