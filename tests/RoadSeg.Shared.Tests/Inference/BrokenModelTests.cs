using RoadSeg.Errors;
using RoadSeg.Imaging;
using RoadSeg.Inference;
using RoadSeg.Models;
using RoadSeg.Packaging;

namespace RoadSeg.Tests.Inference;

public class BrokenModelTests
{
    private static readonly ModelDescription Tiny = TinyModels.Description;

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Weights_that_are_not_finite(float weight) =>
        Refused(Tiny, TinyModels.Graph([1, 0, 0, 0, weight, 0, 0, 0, 1]), "not finite");

    [Fact]
    public void A_label_count_other_than_the_channels() =>
        Refused(Tiny with { Labels = TinyModels.Labels(4) }, TinyModels.Graph(), "3 channels where the manifest's labels make 4");

    [Fact]
    public void Another_input_name() =>
        Refused(Tiny with { Input = Tiny.Input with { Name = "pixels" } }, TinyModels.Graph(), "inputs are 'image'; the manifest says 'pixels'");

    [Fact]
    public void Another_input_type()
    {
        var rule = new Normalization([1, 1, 1], [0, 0, 0], [1, 1, 1]);
        var floats = Tiny.Input with { ElementType = InputElementType.Float32, Normalization = rule };
        Refused(Tiny with { Input = floats }, TinyModels.Graph(), "is UInt8; the manifest says Float");
    }

    [Fact]
    public void Another_input_layout()
    {
        var planes = Tiny.Input with { Layout = TensorLayout.Nchw };
        Refused(Tiny with { Input = planes }, TinyModels.Graph(), "has shape [?, ?, ?, 3]; the manifest says [?, 3, ?, ?]");
    }

    [Fact]
    public void A_size_that_is_free_in_the_manifest_and_fixed_in_the_graph()
    {
        var rule = new Normalization([1, 1, 1], [0, 0, 0], [1, 1, 1]);
        var model = Tiny with { Input = new("x", InputElementType.Float32, TensorLayout.Nchw, ChannelOrder.Rgb, null, null, null, rule) };
        Refused(model, TinyModels.FixedFloatGraph(), "has shape [1, 3, 32, 48]");
    }

    [Fact]
    public void Another_output_name() =>
        Refused(Tiny with { Output = Tiny.Output with { Name = "scores" } }, TinyModels.Graph(), "outputs are 'logits'; the manifest says 'scores'");

    [Fact]
    public void Logits_where_class_ids_are_promised() =>
        Refused(Tiny with { Output = Tiny.Output with { Kind = OutputKind.ClassIds } }, TinyModels.Graph(), "is Float; class ids are");

    [Fact]
    public void Another_stride() =>
        Refused(Tiny with { Output = Tiny.Output with { Stride = 4 } }, TinyModels.Graph(), "its manifest makes that [1, 3, 8, 8]");

    [Fact]
    public void A_precision_that_the_package_lacks()
    {
        using var folder = new TempFolder();
        var package = new ModelPackageWriter(TimeProvider.System).Write(
            folder["m"], Tiny, new Dictionary<string, ReadOnlyMemory<byte>> { ["model.onnx"] = TinyModels.Graph() });

        var error = Assert.Throws<RoadSegException>(() => SegmentationEngine.Load(package, new EngineOptions { Precision = Precision.Int8 }));

        Assert.Contains("has no Int8 graph; it has Fp32", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_graph_cut_short_anywhere()
    {
        var whole = File.ReadAllBytes(Checkout.File("models/default/model.onnx"));
        var model = ModelPackage.Load(Checkout.File("models/default")).Manifest;
        var random = new Random(11);
        for (var i = 0; i < 100; i++)
        {
            var cut = whole[..random.Next(whole.Length)];
            var error = Assert.Throws<RoadSegException>(() => SegmentationEngine.Load(model, cut));
            Assert.Equal(ErrorCodes.ModelInvalid, error.Code);
        }
    }

    [Fact]
    public void A_self_test_whose_mask_is_another()
    {
        using var folder = new TempFolder();
        var image = TinyModels.Noise(32, 32, 1);
        var ids = TinyModels.BrightestChannel(image);
        for (var i = 0; i < 100; i++)
            ids[i] = (byte)((ids[i] + 1) % 3);
        var package = new ModelPackageWriter(TimeProvider.System).Write(
            folder["m"],
            Tiny with { SelfTest = new("in.png", "mask.png", 0.95) },
            new Dictionary<string, ReadOnlyMemory<byte>>
            {
                ["model.onnx"] = TinyModels.Graph(),
                ["in.png"] = PhotoEncoder.Png(image),
                ["mask.png"] = MaskPng.Encode(ids, 32, 32, Tiny.Labels),
            });
        using var engine = SegmentationEngine.Load(package);

        var error = Assert.Throws<RoadSegException>(() => engine.SelfTest());

        Assert.Equal(ErrorCodes.ModelInvalid, error.Code);
        Assert.Contains("924 of 1024 pixels", error.Message, StringComparison.Ordinal);
    }

    private static void Refused(ModelDescription model, byte[] graph, string because)
    {
        var error = Assert.Throws<RoadSegException>(() => SegmentationEngine.Load(model, graph).Dispose());
        Assert.Equal(ErrorCodes.ModelInvalid, error.Code);
        Assert.Contains(because, error.Message, StringComparison.Ordinal);
    }
}
