using RoadSeg.Errors;
using RoadSeg.Evaluation;
using RoadSeg.Imaging;
using RoadSeg.Inference;
using RoadSeg.Models;
using RoadSeg.Tests.Imaging;

namespace RoadSeg.Tests.Inference;

/// <summary>Photos in tiles: no seam, more of what is thin, and the engine held until the end.</summary>
public sealed class TiledSegmentationTests
{
    [Fact]
    public void A_model_that_looks_at_each_pixel_alone_gives_the_same_in_tiles_as_in_one_run()
    {
        using var engine = Tiny();
        var plan = TilePlan.Of(90, 70, engine.Model);
        Assert.Equal(3, plan.PerSide);
        var picture = Pictures.Smooth(plan.Width, plan.Height);

        var whole = engine.Segment(picture, 90, 70);
        using var tiles = new TiledSegmentation(engine, picture, plan, tileShare: 1);
        var tiled = All(tiles, 90, 70);

        Assert.True(whole.ClassIds.Zip(tiled.ClassIds).Count(pair => pair.First != pair.Second) <= 1, "More than a tie fell out otherwise.");
        Assert.All(whole.Confidence!.Zip(tiled.Confidence!), pair => Assert.InRange(pair.First - pair.Second, -1, 1));
        Assert.Equal(90 * 70, tiled.Classes.Sum(label => label.Pixels));
    }

    [Fact]
    public void Scores_blended_of_tiles_are_those_of_one_run_within_a_hundred_thousandth()
    {
        const int Channels = 3, Side = 40, Tile = 16;
        var random = new Random(1);
        var scores = Enumerable.Range(0, Channels * Side * Side).Select(_ => (float)((random.NextDouble() * 40) - 20)).ToArray();
        var window = new TileWindow(Side, Tile, [0, 12, 24]);
        using var plane = new LogitsPlane(Channels, Side, Side);
        for (var y = 0; y < 3; y++)
        {
            for (var x = 0; x < 3; x++)
            {
                var (top, left) = (window.Starts[y], window.Starts[x]);
                float[] tile = [.. Enumerable.Range(0, Channels * Tile * Tile).Select(i => scores[(((i / (Tile * Tile) * Side) + top + (i / Tile % Tile)) * Side) + left + (i % Tile)])];
                plane.AddTile(tile, top, left, window.Of(y), window.Of(x), 0.5f);
            }
        }

        plane.AddWhole(scores, Side, Side, 0.5f);
        var blended = plane.Values.ToArray();
        Assert.All(blended.Zip(scores), pair => Assert.Equal(pair.Second, pair.First, 1e-5 * 20));
    }

    /// <summary>At a seam neighbouring pixels would differ in class more often than near it. A street's own edges are where they are, also in
    /// the result of one run, which is what the tiles' are held against.</summary>
    [Fact]
    public void The_models_own_results_change_no_more_often_at_the_borders_of_tiles_than_elsewhere()
    {
        using var engine = Default(240, 180);
        var (tiled, whole) = (new Changes(), new Changes());
        foreach (var frame in CamVid.Frames(Checkout.Shared("data/camvid"), "val", every: 20).SelectMany(frame => (RgbImage[])[frame.Image, Mirrored(frame.Image)]))
        {
            var plan = TilePlan.Of(frame.Width, frame.Height, engine.Model);
            using var tiles = engine.Tile(ImageDecoder.ResizeTo(frame, plan.Width, plan.Height), plan);
            tiled.Add(All(tiles, plan.Width, plan.Height).ClassIds, plan);
            whole.Add(engine.Segment(ImageDecoder.ResizeTo(frame, plan.TileWidth, plan.TileHeight), plan.Width, plan.Height).ClassIds, plan);
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"in tiles {tiled}; in one run {whole}");
        Assert.True(tiled.Ratio <= 1.15 * whole.Ratio, $"in tiles {tiled}; in one run {whole}");
    }

    /// <summary>CamVid's frames are smaller than the model's input: it is given a smaller one here, as a large photo has beside the usual one.</summary>
    [Fact]
    public void More_is_found_of_frames_that_are_larger_than_the_models_input()
    {
        using var engine = Default(240, 180);
        var (whole, detailed) = (new ConfusionMatrix(11), new ConfusionMatrix(11));
        foreach (var frame in CamVid.Frames(Checkout.Shared("data/camvid"), "val", every: 10))
        {
            var plan = TilePlan.Of(frame.Image.Width, frame.Image.Height, engine.Model);
            using var tiles = engine.Tile(ImageDecoder.ResizeTo(frame.Image, plan.Width, plan.Height), plan);
            whole.Add(frame.Ids, engine.SegmentPhoto(frame.Image).ClassIds, 255);
            detailed.Add(frame.Ids, All(tiles, frame.Image.Width, frame.Image.Height).ClassIds, 255);
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"mean IoU {whole.MeanIoU():F4}, in detail {detailed.MeanIoU():F4}");
        Assert.True(detailed.MeanIoU() > whole.MeanIoU() + 0.02, $"mean IoU {whole.MeanIoU():F4}, in detail {detailed.MeanIoU():F4}");
        Assert.True(detailed.ClassIoU()[2] > whole.ClassIoU()[2], "Poles");
        Assert.True(detailed.ClassIoU()[6] > whole.ClassIoU()[6], "Signs");
    }

    [Fact]
    public void Runs_are_done_one_by_one_and_each_once()
    {
        var engine = Tiny();
        var plan = TilePlan.Of(64, 64, engine.Model);
        var tiles = engine.Tile(Pictures.Smooth(plan.Width, plan.Height), plan);
        Assert.True(tiles.Run());
        Assert.Throws<InvalidOperationException>(() => tiles.Result(64, 64));

        // An engine that is replaced meanwhile finishes what it began.
        engine.Dispose();
        for (var run = 2; run < plan.Runs; run++)
            Assert.True(tiles.Run());
        Assert.False(tiles.Run());
        Assert.Throws<InvalidOperationException>(() => tiles.Run());
        Assert.Equal(64 * 64, tiles.Result(64, 64).ClassIds.Length);
        tiles.Dispose();
        Assert.Throws<ObjectDisposedException>(() => engine.Tile(Pictures.Smooth(plan.Width, plan.Height), plan));
    }

    [Fact]
    public void What_does_not_fit_is_refused_before_anything_runs()
    {
        using var engine = Tiny();
        var plan = TilePlan.Of(64, 64, engine.Model);
        Assert.Throws<ArgumentException>(() => engine.Tile(Pictures.Smooth(plan.Width + 1, plan.Height), plan));
        Assert.Throws<ArgumentException>(() => engine.Tile(Pictures.Smooth(32, 32), TilePlan.Of(32, 32, engine.Model)));
        Assert.Throws<ArgumentOutOfRangeException>(() => TilePlan.Of(64, 64, engine.Model, 65));
    }

    [Fact]
    public void A_tile_of_which_the_model_makes_no_numbers_is_a_broken_model()
    {
        using var plane = new LogitsPlane(1, 8, 8);
        plane.AddWhole(new float[64], 8, 8, 0.5f);
        var ones = Enumerable.Repeat(1f, 8).ToArray();
        plane.AddTile([.. Enumerable.Repeat(0f, 63), float.NaN], 0, 0, ones, ones, 0.5f);
        var scores = plane.Values.ToArray();
        Assert.Equal(ErrorCodes.ModelInvalid, Assert.Throws<RoadSegException>(() => LogitsUpsampler.Upsample(scores, 1, 8, 8, 16, 16)).Code);
    }

    private static RgbImage Mirrored(RgbImage image)
    {
        var pixels = new byte[image.Pixels.Length];
        for (var i = 0; i < pixels.Length / 3; i++)
            image.Pixels.AsSpan(3 * i, 3).CopyTo(pixels.AsSpan(3 * ((i / image.Width * image.Width) + image.Width - 1 - (i % image.Width))));
        return new RgbImage(image.Width, image.Height, pixels);
    }

    private static SegmentationResult All(TiledSegmentation tiles, int width, int height)
    {
        while (tiles.Run())
        {
        }

        return tiles.Result(width, height);
    }

    private static SegmentationEngine Tiny() => SegmentationEngine.Load(TinyModels.Description, TinyModels.Graph());

    private static SegmentationEngine Default(int width, int height)
    {
        var package = ModelPackage.Load(Checkout.File("models/default"));
        return SegmentationEngine.Load(
            package.Manifest with { Preprocess = package.Manifest.Preprocess with { Width = width, Height = height } },
            package.ReadFile(package.Manifest.Graphs[Precision.Fp32]));
    }

    /// <summary>Neighbouring pixels of different classes: across the borders of tiles inside of the picture, and across lines near those.</summary>
    private sealed class Changes
    {
        private readonly List<int> _at = [];
        private readonly List<int> _near = [];

        public double Ratio => _at.Average() / _near.Average();

        public void Add(byte[] ids, TilePlan plan)
        {
            Count(plan.Starts(plan.Width, plan.TileWidth, 4), plan.TileWidth, plan.Width, x => Enumerable.Range(0, plan.Height).Count(y => ids[(y * plan.Width) + x] != ids[(y * plan.Width) + x - 1]));
            Count(plan.Starts(plan.Height, plan.TileHeight, 4), plan.TileHeight, plan.Height, y => Enumerable.Range(0, plan.Width).Count(x => ids[(y * plan.Width) + x] != ids[((y - 1) * plan.Width) + x]));
        }

        public override string ToString() => $"{_at.Average():F2} a line at borders, {_near.Average():F2} near them";

        private void Count(int[] starts, int tile, int side, Func<int, int> changes)
        {
            foreach (var at in starts.SelectMany(start => (int[])[4 * start, (4 * start) + tile]).Where(at => at > 0 && at < side))
            {
                _at.AddRange(Enumerable.Range(at - 1, 3).Select(changes));
                _near.AddRange(Enumerable.Range(at - 20, 41).Where(line => Math.Abs(line - at) > 4).Select(changes));
            }
        }
    }
}
