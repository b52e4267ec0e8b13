using System.Collections;
using RoadSeg.Errors;
using RoadSeg.Imaging;
using RoadSeg.Inference;
using RoadSeg.Models;

namespace RoadSeg.Tests.Inference;

public class SegmentationEngineTests
{
    private static readonly ModelDescription Tiny = TinyModels.Description;

    [Fact]
    public void Each_pixel_gets_the_class_of_its_greatest_logit()
    {
        using var engine = SegmentationEngine.Load(Tiny, TinyModels.Graph());
        var image = TinyModels.Noise(45, 31, 1);

        var result = engine.Segment(image, 45, 31);

        Assert.Equal(TinyModels.BrightestChannel(image), result.ClassIds);
        Assert.Equal((45, 31), (result.Width, result.Height));
        Assert.Equal(45 * 31, result.Classes.Sum(entry => entry.Pixels));
        Assert.Equal(["class-0", "class-1", "class-2"], result.Classes.Select(entry => entry.Name));
        Assert.Equal(ExecutionProvider.Cpu, engine.Provider);
    }

    [Fact]
    public void Logits_with_the_channels_last_give_the_same_result()
    {
        using var planes = SegmentationEngine.Load(Tiny, TinyModels.Graph());
        var channelsLast = Tiny with { Output = new("planes", OutputKind.Logits, TensorLayout.Nhwc, 1) };
        using var last = SegmentationEngine.Load(channelsLast, TinyModels.NhwcLogitsGraph());
        var image = TinyModels.Noise(20, 10, 2);

        var (expected, actual) = (planes.Segment(image, 77, 33), last.Segment(image, 77, 33));

        Assert.Equal(expected.ClassIds, actual.ClassIds);
        Assert.Equal(expected.Confidence, actual.Confidence);
    }

    [Theory]
    [InlineData(OnnxBytes.Int64)]
    [InlineData(OnnxBytes.Int32)]
    [InlineData(OnnxBytes.UInt8)]
    public void A_model_that_gives_class_ids_is_resized_by_nearest_cell_and_has_no_confidence(int type)
    {
        var model = Tiny with { Output = new("ids", OutputKind.ClassIds, TensorLayout.Nchw, 1) };
        using var engine = SegmentationEngine.Load(model, TinyModels.ClassIdGraph(type));
        var image = TinyModels.Noise(16, 16, 3);

        var same = engine.Segment(image, 16, 16);
        var doubled = engine.Segment(image, 32, 32);

        var expected = TinyModels.BrightestChannel(image);
        Assert.Equal(expected, same.ClassIds);
        Assert.Null(same.Confidence);
        Assert.All(doubled.Classes, entry => Assert.Null(entry.MeanConfidence));
        Assert.Equal(Enumerable.Range(0, 1024).Select(i => expected[(i / 32 / 2 * 16) + (i % 32 / 2)]), doubled.ClassIds);
        Assert.Equal(1024, doubled.Classes.Sum(entry => entry.Pixels));
    }

    [Fact]
    public void A_class_id_outside_the_catalogue_is_an_invalid_model()
    {
        var model = Tiny with { Labels = TinyModels.Labels(2), Output = new("ids", OutputKind.ClassIds, TensorLayout.Nchw, 1) };
        using var engine = SegmentationEngine.Load(model, TinyModels.ClassIdGraph(OnnxBytes.Int64));
        var blue = new RgbImage(1, 1, [0, 0, 255]);

        var error = Assert.Throws<RoadSegException>(() => engine.Segment(blue, 1, 1));

        Assert.Equal(ErrorCodes.ModelInvalid, error.Code);
        Assert.Contains("class id 2", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ChannelOrder.Rgb)]
    [InlineData(ChannelOrder.Bgr)]
    public void Floats_are_normalised_as_the_manifest_says(ChannelOrder order)
    {
        // The second channel is scaled up and the third shifted down, so that the order of operations shows.
        var model = Tiny with
        {
            Preprocess = new PreprocessSpec(ResizeMode.Stretch, 48, 32),
            Input = new("x", InputElementType.Float32, TensorLayout.Nchw, order, 1, 48, 32, new Normalization([1, 2, 1], [0, 10, 0], [1, 0.5, 4])),
        };
        using var engine = SegmentationEngine.Load(model, TinyModels.FixedFloatGraph());
        var image = TinyModels.Noise(48, 32, 4);

        var result = engine.Segment(image, 48, 32);

        for (var i = 0; i < 48 * 32; i++)
        {
            var pixel = image.Pixels.AsSpan(3 * i, 3).ToArray();
            if (order == ChannelOrder.Bgr)
                Array.Reverse(pixel);
            double[] scores = [pixel[0], ((pixel[1] * 2) - 10) / 0.5, pixel[2] / 4.0];
            Assert.Equal(Array.IndexOf(scores, scores.Max()), result.ClassIds[i]);
        }
    }

    [Fact]
    public void A_batch_gives_what_its_images_give_alone()
    {
        using var engine = SegmentationEngine.Load(Tiny, TinyModels.Graph());
        var inputs = Enumerable.Range(0, 5).Select(i => new SegmentationInput(TinyModels.Noise(24, 18, i), 30 + i, 20)).ToList();

        var together = engine.SegmentBatch(inputs);

        Assert.Equal(5, together.Count);
        foreach (var (input, result) in inputs.Zip(together))
        {
            var alone = engine.Segment(input.Image, input.OutputWidth, input.OutputHeight);
            Assert.Equal(alone.ClassIds, result.ClassIds);
            Assert.Equal(alone.Confidence, result.Confidence);
            Assert.Equal(alone.Classes, result.Classes);
        }
    }

    [Fact]
    public void A_graph_that_takes_one_image_at_a_time_still_serves_a_batch()
    {
        var rule = new Normalization([1, 1, 1], [0, 0, 0], [1, 1, 1]);
        var model = Tiny with
        {
            Preprocess = new PreprocessSpec(ResizeMode.Stretch, 48, 32),
            Input = new("x", InputElementType.Float32, TensorLayout.Nchw, ChannelOrder.Rgb, 1, 48, 32, rule),
        };
        using var engine = SegmentationEngine.Load(model, TinyModels.FixedFloatGraph());
        var images = Enumerable.Range(0, 3).Select(i => TinyModels.Noise(48, 32, i)).ToList();

        var results = engine.SegmentBatch([.. images.Select(image => new SegmentationInput(image, 48, 32))]);

        Assert.Equal(images.Select(TinyModels.BrightestChannel), results.Select(result => result.ClassIds));
        Assert.Throws<ArgumentException>(() => engine.Segment(TinyModels.Noise(32, 48, 1), 32, 48));
    }

    [Fact]
    public void Inputs_of_several_sizes_or_none_are_no_batch()
    {
        using var engine = SegmentationEngine.Load(Tiny, TinyModels.Graph());

        Assert.Throws<ArgumentException>(() => engine.SegmentBatch([]));
        Assert.Throws<ArgumentException>(() => engine.SegmentBatch([new(TinyModels.Noise(8, 8, 1), 8, 8), new(TinyModels.Noise(9, 8, 1), 8, 8)]));
        Assert.Throws<ArgumentOutOfRangeException>(() => engine.Segment(TinyModels.Noise(8, 8, 1), 0, 8));
    }

    [Fact]
    public async Task Calls_from_many_threads_at_once_give_what_they_give_alone()
    {
        using var engine = SegmentationEngine.Load(Tiny, TinyModels.Graph());
        var images = Enumerable.Range(0, 12).Select(i => TinyModels.Noise(16 + (i % 3 * 8), 24, i)).ToList();
        var alone = images.Select(image => engine.Segment(image, 64, 48)).ToList();

        await Parallel.ForAsync(0, 240, new ParallelOptions { MaxDegreeOfParallelism = 12 }, (i, _) =>
        {
            var result = engine.Segment(images[i % 12], 64, 48);
            Assert.Equal(alone[i % 12].ClassIds, result.ClassIds);
            Assert.Equal(alone[i % 12].Confidence, result.Confidence);
            return ValueTask.CompletedTask;
        });
    }

    [Fact]
    public void After_disposing_a_call_throws_and_disposing_again_does_nothing()
    {
        var engine = SegmentationEngine.Load(Tiny, TinyModels.Graph());
        engine.Dispose();
        engine.Dispose();

        Assert.Throws<ObjectDisposedException>(() => engine.Segment(TinyModels.Noise(8, 8, 1), 8, 8));
    }

    // Before, calls that had begun could also throw ObjectDisposedException unnoticed, and a freed session was noticed by chance only: every call
    // here stands inside the engine while it is disposed, first with its input not yet packed, then with its output not yet read.
    [Theory]
    [InlineData(2)]
    [InlineData(1)]
    public async Task Disposing_lets_running_calls_finish(int readsBeforeTheLast)
    {
        var engine = SegmentationEngine.Load(Tiny, TinyModels.Graph());
        var inputs = Enumerable.Range(0, 4).Select(i => new SegmentationInput(TinyModels.Noise(64, 64, i), 64, 64)).ToList();
        var expected = inputs.Select(input => engine.SegmentBatch([input])[0].ClassIds).ToList();
        var counted = new HaltingInput(inputs[0], int.MaxValue, () => { });
        engine.SegmentBatch(counted);
        using var inside = new CountdownEvent(inputs.Count);
        using var disposed = new ManualResetEventSlim();

        // Threads of their own: callers that wait would keep the pool from starting the others.
        var calls = inputs.Select(input => Task.Factory.StartNew(
            () => engine.SegmentBatch(new HaltingInput(input, counted.Reads - readsBeforeTheLast, () =>
            {
                inside.Signal();
                disposed.Wait(TestContext.Current.CancellationToken);
            }))[0].ClassIds,
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)).ToList();
        inside.Wait(TestContext.Current.CancellationToken);
        engine.Dispose();
        Assert.Throws<ObjectDisposedException>(() => engine.Segment(inputs[0].Image, 64, 64));
        disposed.Set();

        Assert.Equal(expected, await Task.WhenAll(calls));
        Assert.Throws<ObjectDisposedException>(() => engine.Segment(inputs[0].Image, 64, 64));
    }

    [Fact]
    public void Cuda_where_there_is_none_fails_and_says_so()
    {
        Assert.SkipWhen(File.Exists("/dev/nvidia0"), "This machine has a CUDA device.");

        var error = Assert.Throws<RoadSegException>(() =>
            SegmentationEngine.Load(Tiny, TinyModels.Graph(), new EngineOptions { Provider = ExecutionProvider.Cuda }));

        Assert.Equal(ErrorCodes.Internal, error.Code);
        Assert.Contains("CUDA", error.Message, StringComparison.Ordinal);

        // What is missing stood in the inner exception alone, which readiness does not show.
        Assert.EndsWith($"It says: {OrtReason.Of(error.InnerException!)}", error.Message, StringComparison.Ordinal);
        Assert.Contains("CUDA", OrtReason.Of(error.InnerException!), StringComparison.Ordinal);
    }

    [Fact]
    public void Options_out_of_range_are_refused_by_name()
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => new EngineOptions { IntraOpThreads = 257 });
        Assert.StartsWith("IntraOpThreads is 257; it must be 0-256.", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new EngineOptions { UpsampleThreads = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new EngineOptions { DeviceId = 64 });
    }

    /// <summary>A batch of one that does something when it is read for the n-th time by its index: so a test stands inside a call.</summary>
    private sealed class HaltingInput(SegmentationInput input, int at, Action halt) : IReadOnlyList<SegmentationInput>
    {
        public int Reads { get; private set; }

        public int Count => 1;

        public SegmentationInput this[int index]
        {
            get
            {
                if (++Reads == at)
                    halt();
                return input;
            }
        }

        public IEnumerator<SegmentationInput> GetEnumerator() => ((IEnumerable<SegmentationInput>)[input]).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
