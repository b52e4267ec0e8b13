using RoadSeg.Evaluation;
using RoadSeg.Imaging;
using RoadSeg.Trainer.Data;
using RoadSeg.Trainer.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace RoadSeg.Trainer.Evaluation;

/// <summary>Runs a model over a set: logits resized to the ground truth's size, argmax, one confusion matrix.</summary>
internal static class TorchEvaluation
{
    public static ConfusionMatrix Run(DeepLabV3Plus model, SegmentationSet set, PreprocessSpec input, Device device, bool flip = false, Action<int>? progress = null)
    {
        var matrix = new ConfusionMatrix(set.Labels.Count);
        var training = model.training;
        model.eval();
        using var _ = no_grad();
        for (var i = 0; i < set.Frames.Count; i++)
        {
            var frame = set.Frames[i];
            matrix.Add(frame.Mask, Predict(model, frame.Image, input, device, flip), set.IgnoreId);
            progress?.Invoke(i + 1);
        }

        model.train(training);
        return matrix;
    }

    /// <returns>Class ids [Height, Width] at the image's own size.</returns>
    public static byte[] Predict(DeepLabV3Plus model, RgbImage image, PreprocessSpec input, Device device, bool flip = false)
    {
        using var scope = NewDisposeScope();
        var resized = ImageDecoder.ResizeForModel(image, input);
        var x = ModelInput.Normalised(resized.Pixels, 1, resized.Height, resized.Width, device);
        var logits = Resize.To(model.forward(x).Logits, image.Height, image.Width);
        if (flip)
        {
            var mirrored = Resize.To(model.forward(x.flip(3)).Logits, image.Height, image.Width).flip(3);
            logits = nn.functional.softmax(logits, 1).add_(nn.functional.softmax(mirrored, 1));
        }

        return logits.argmax(1).to(uint8).cpu().contiguous().data<byte>().ToArray();
    }

    /// <summary>What a predictor reaches that never looks at the image: the most frequent training label of each position.</summary>
    public static ConfusionMatrix NoImageFloor(SegmentationSet train, SegmentationSet set)
    {
        var matrix = new ConfusionMatrix(set.Labels.Count);
        foreach (var size in set.Frames.GroupBy(f => (f.Image.Width, f.Image.Height)))
        {
            var (width, height) = size.Key;
            var classes = set.Labels.Count;
            var votes = new int[width * height * classes];
            var mask = new byte[width * height];
            foreach (var frame in train.Frames)
            {
                new Window(frame.Image.Width, frame.Image.Height, width, height, 0, 0, width, height, false).Mask(frame.Mask, mask, 255);
                for (var i = 0; i < mask.Length; i++)
                {
                    if (mask[i] < classes)
                        votes[(i * classes) + mask[i]]++;
                }
            }

            for (var i = 0; i < mask.Length; i++)
            {
                var best = votes.AsSpan(i * classes, classes);
                mask[i] = (byte)best.IndexOf(System.Numerics.Tensors.TensorPrimitives.Max<int>(best));
            }

            foreach (var frame in size)
                matrix.Add(frame.Mask, mask, set.IgnoreId);
        }

        return matrix;
    }
}
