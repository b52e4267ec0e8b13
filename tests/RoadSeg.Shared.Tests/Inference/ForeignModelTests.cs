using RoadSeg.Imaging;
using RoadSeg.Inference;
using RoadSeg.Labels;
using RoadSeg.Models;
using RoadSeg.Packaging;

namespace RoadSeg.Tests.Inference;

/// <summary>A model that others trained and exported: float NCHW of one fixed size, full-size logits, Cityscapes classes.</summary>
public class ForeignModelTests
{
    private static readonly string[] Classes =
    [
        "road #804080", "sidewalk #f423e8", "building #464646", "wall #66669c", "fence #be9999", "pole #999999", "traffic-light #faaa1e",
        "traffic-sign #dcdc00", "vegetation #6b8e23", "terrain #98fb98", "sky #4682b4", "person #dc143c", "rider #ff0000", "car #00008e",
        "truck #000046", "bus #003c64", "train #005064", "motorcycle #0000e6", "bicycle #770b20",
    ];

    [Fact]
    public void Runs_by_its_manifest_alone_and_agrees_with_its_authors_mask()
    {
        var graph = File.ReadAllBytes(Checkout.Shared("models/foreign/cityscapes-deeplab-edgetpu.onnx"));
        var sample = File.ReadAllBytes(Checkout.Shared("models/foreign/sample.png"));
        var mask = MaskPng.Decode(File.ReadAllBytes(Checkout.Shared("models/foreign/sample-mask.png")), ImageLimits.Default);
        using var folder = new TempFolder();
        var files = new Dictionary<string, ReadOnlyMemory<byte>> { ["net.onnx"] = graph };
        new ModelPackageWriter(TimeProvider.System).Write(folder["foreign"], Description(), files);

        using var engine = SegmentationEngine.Load(ModelPackage.Load(folder["foreign"]));
        var photo = ImageDecoder.DecodeForModel(sample, ImageProbe.Read(sample, ImageLimits.Default), engine.Model.Preprocess);
        var result = engine.Segment(photo, mask.Width, mask.Height);

        var agreement = result.ClassIds.Zip(mask.Ids).Count(pair => pair.First == pair.Second) / (double)mask.Ids.Length;
        TestContext.Current.TestOutputHelper!.WriteLine($"{agreement:P2} of pixels agree");
        Assert.True(agreement >= 0.914, $"Only {agreement:P2} of pixels agree.");
        Assert.Null(engine.SelfTest());
    }

    private static ModelDescription Description() => new()
    {
        Name = "cityscapes-deeplab-edgetpu",
        Description = "DeepLabV3, MobileNet-EdgeTPU-slim, Cityscapes.",
        Licence = "Apache-2.0",
        Graphs = new Dictionary<Precision, string> { [Precision.Fp32] = "net.onnx" },
        Architecture = new Architecture("deeplabv3", "mobilenet-edgetpu-slim", 16),
        Labels = new LabelCatalogue(
            [.. Classes.Select((text, id) => (id, Parts: text.Split(' ')))
                .Select(c => new LabelClass(c.id, c.Parts[0], RgbColor.Parse(c.Parts[1])))],
            255),
        Preprocess = new PreprocessSpec(ResizeMode.Stretch, 513, 513, 1),
        Input = new InputContract(
            "x", InputElementType.Float32, TensorLayout.Nchw, ChannelOrder.Rgb, 1, 513, 513, new Normalization([1, 1, 1], [128, 128, 128], [128, 128, 128])),
        Output = new OutputContract("logits", OutputKind.Logits, TensorLayout.Nchw, 1),
    };
}
