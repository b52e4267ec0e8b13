using System.Diagnostics;
using RoadSeg.Imaging;
using RoadSeg.Inference;

namespace RoadSeg.Functions.Inference;

/// <summary>One run of the model at a time: a run already uses every core (or the GPU), so a second beside it only makes
/// both late. Storage and encoding of other messages go on meanwhile.</summary>
internal sealed class ModelLane : IDisposable
{
    private readonly SemaphoreSlim _lane = new(1, 1);

    /// <summary>Runs the model when its turn comes.</summary>
    /// <returns>The result, and how long the run waited for its turn.</returns>
    public async Task<(SegmentationResult Result, TimeSpan Wait)> RunAsync(
        SegmentationEngine engine, RgbImage input, int width, int height, CancellationToken cancel)
    {
        var started = Stopwatch.GetTimestamp();
        await _lane.WaitAsync(cancel);
        try
        {
            var wait = Stopwatch.GetElapsedTime(started);
            return (engine.Segment(input, width, height), wait);
        }
        finally
        {
            _lane.Release();
        }
    }

    public void Dispose() => _lane.Dispose();
}
