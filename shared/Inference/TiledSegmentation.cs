using System.Diagnostics;
using RoadSeg.Errors;
using RoadSeg.Imaging;

namespace RoadSeg.Inference;

/// <summary>A photo that is being segmented in detail, one run of the model at a time, so that others' runs can come in between. Used by
/// one caller at a time; it holds the engine until it is disposed.</summary>
public sealed class TiledSegmentation : IDisposable
{
    private readonly SegmentationEngine engine;
    private readonly RgbImage picture;
    private readonly TilePlan plan;
    private readonly LogitsPlane plane;
    private readonly TileWindow across;
    private readonly TileWindow down;
    private readonly float tileShare;
    private int runs;
    private TimeSpan running;

    internal TiledSegmentation(SegmentationEngine engine, RgbImage picture, TilePlan plan, float? tileShare = null)
    {
        (this.engine, this.picture, this.plan, this.tileShare) = (engine, picture, plan, tileShare ?? plan.TileShare);
        var stride = engine.Model.Output.Stride;
        plane = new LogitsPlane(engine.Model.Output.Channels(engine.Model.Labels.Count), plan.Height / stride, plan.Width / stride);
        across = new TileWindow(plane.Width, plan.TileWidth / stride, plan.Starts(plan.Width, plan.TileWidth, stride));
        down = new TileWindow(plane.Height, plan.TileHeight / stride, plan.Starts(plan.Height, plan.TileHeight, stride));
        engine.BeginCall();
    }

    /// <summary>Runs the model once: the whole photo first, then tile by tile.</summary>
    /// <returns>Whether runs are left.</returns>
    /// <exception cref="InvalidOperationException">None was.</exception>
    /// <exception cref="RoadSegException">As for <see cref="SegmentationEngine.Segment"/>.</exception>
    public bool Run()
    {
        if (runs == plan.Runs)
            throw new InvalidOperationException("Every run is done.");
        var started = Stopwatch.GetTimestamp();
        if (runs == 0)
        {
            var whole = ImageDecoder.ResizeTo(picture, plan.TileWidth, plan.TileHeight);
            engine.Scores(whole, (scores, height, width) => plane.AddWhole(scores, height, width, 1 - tileShare));
        }
        else
        {
            var (y, x) = Math.DivRem(runs - 1, plan.PerSide);
            var stride = engine.Model.Output.Stride;
            var tile = Cut(stride * across.Starts[x], stride * down.Starts[y]);
            engine.Scores(tile, (scores, _, _) =>
                plane.AddTile(scores, down.Starts[y], across.Starts[x], down.Of(y), across.Of(x), tileShare)
            );
        }

        running += Stopwatch.GetElapsedTime(started);
        return ++runs < plan.Runs;
    }

    /// <summary>The result, once every run is done.</summary>
    /// <param name="outputWidth">Width of the result in pixels: the photo's own.</param>
    /// <param name="outputHeight">Height of the result in pixels: the photo's own.</param>
    /// <param name="ran">As for <see cref="SegmentationEngine.Segment"/>.</param>
    /// <param name="asked">As for <see cref="SegmentationEngine.Segment"/>.</param>
    /// <exception cref="InvalidOperationException">Runs are left.</exception>
    /// <exception cref="RoadSegException">As for <see cref="SegmentationEngine.Segment"/>.</exception>
    public SegmentationResult Result(int outputWidth, int outputHeight, Action? ran = null, AskedClasses? asked = null)
    {
        if (runs < plan.Runs)
            throw new InvalidOperationException($"{plan.Runs - runs} runs are left.");
        var threads = engine.ThreadsBeside(ran);
        var started = Stopwatch.GetTimestamp();
        var map = OutputReader.Upsample(plane.Values, engine.Model, plane.Height, plane.Width, outputWidth, outputHeight, threads, asked);
        return SegmentationResult.Of(map, engine.Model.Labels, new SegmentationTimings(running, Stopwatch.GetElapsedTime(started)));
    }

    /// <summary>Gives the engine back.</summary>
    public void Dispose()
    {
        plane.Dispose();
        engine.EndCall();
    }

    private RgbImage Cut(int left, int top)
    {
        var pixels = GC.AllocateUninitializedArray<byte>(3 * plan.TileWidth * plan.TileHeight);
        for (var y = 0; y < plan.TileHeight; y++)
        {
            picture
                .Pixels.AsSpan(3 * (((top + y) * picture.Width) + left), 3 * plan.TileWidth)
                .CopyTo(pixels.AsSpan(3 * y * plan.TileWidth));
        }

        return new RgbImage(plan.TileWidth, plan.TileHeight, pixels);
    }
}
