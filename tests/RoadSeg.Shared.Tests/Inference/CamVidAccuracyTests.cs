using Microsoft.ML.OnnxRuntime;
using RoadSeg.Evaluation;
using RoadSeg.Imaging;
using RoadSeg.Inference;
using RoadSeg.Models;

namespace RoadSeg.Tests.Inference;

/// <summary>The default model on the 101 CamVid validation frames: what its card states, and what a plain implementation computes.</summary>
public class CamVidAccuracyTests
{
    [Fact]
    public void Accuracy_and_mean_iou_over_val_are_what_the_model_card_states()
    {
        var frames = Frames();
        var masks = Checkout.Shared("data/camvid/valannot");
        using var engine = LoadDefault();
        var matrix = new ConfusionMatrix(engine.Model.Labels.Count);
        foreach (var frame in frames)
        {
            var photo = Decode(frame);
            var result = engine.Segment(ImageDecoder.ResizeForModel(photo, engine.Model.Preprocess), photo.Width, photo.Height);
            var truth = MaskPng.Decode(File.ReadAllBytes(Path.Combine(masks, Path.GetFileName(frame))), ImageLimits.Default);
            matrix.Add(truth.Ids, result.ClassIds, engine.Model.Labels.IgnoreId);
        }

        var stated = engine.Model.Metrics.Single(metrics => metrics is { Dataset: "camvid", Split: "val" } && metrics.Command.Contains("fp32", StringComparison.Ordinal)).Values;
        TestContext.Current.TestOutputHelper!.WriteLine($"pixel accuracy {matrix.PixelAccuracy():F4}, mean IoU {matrix.MeanIoU():F4}");
        Assert.Equal(stated["pixelAccuracy"], matrix.PixelAccuracy(), 0.002);
        Assert.Equal(stated["meanIoU"], matrix.MeanIoU(), 0.002);
        Assert.True(matrix.PixelAccuracy() >= 0.925 && matrix.MeanIoU() >= 0.73, "The model that ships has become worse than it is said to be.");
    }

    [Fact]
    public void Masks_agree_with_the_plain_reference_on_9999_of_10000_pixels()
    {
        var frames = Frames();
        using var engine = LoadDefault();
        using var session = new InferenceSession(Checkout.File("models/default/model.onnx"));
        long pixels = 0;
        long differing = 0;
        foreach (var frame in frames.Where((_, i) => i % 10 == 0))
        {
            var photo = Decode(frame);
            var input = ImageDecoder.ResizeForModel(photo, engine.Model.Preprocess);
            var result = engine.Segment(input, photo.Width, photo.Height);

            using var tensor = OrtValue.CreateTensorValueFromMemory(input.Pixels, [1, input.Height, input.Width, 3]);
            using var options = new RunOptions();
            using var outputs = session.Run(options, ["image"], [tensor], ["logits"]);
            var shape = outputs[0].GetTensorTypeAndShape().Shape;
            var reference = new ReferenceUpsampling(
                outputs[0].GetTensorDataAsSpan<float>(), (int)shape[1], (int)shape[2], (int)shape[3], photo.Width, photo.Height);
            differing += reference.Check(result.ClassIds, result.Confidence!);
            pixels += photo.Width * photo.Height;
            Assert.Equal((long)photo.Width * photo.Height, result.Classes.Sum(entry => entry.Pixels));
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{differing} of {pixels} pixels differ");
        Assert.True(differing <= pixels / 10_000, $"{differing} of {pixels} pixels differ.");
    }

    private static SegmentationEngine LoadDefault() => SegmentationEngine.Load(ModelPackage.Load(Checkout.File("models/default")));

    private static List<string> Frames() => [.. Directory.GetFiles(Checkout.Shared("data/camvid/val"), "*.png").Order()];

    private static RgbImage Decode(string path)
    {
        var file = File.ReadAllBytes(path);
        return ImageDecoder.Decode(file, ImageProbe.Read(file, ImageLimits.Default));
    }
}
