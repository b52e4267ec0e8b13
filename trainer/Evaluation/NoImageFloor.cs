using RoadSeg.Evaluation;
using RoadSeg.Trainer.Data;

namespace RoadSeg.Trainer.Evaluation;

/// <summary>What a predictor reaches that never looks at the image: the most frequent training label of each position.</summary>
internal static class NoImageFloor
{
    public static ConfusionMatrix Of(SegmentationSet train, SegmentationSet set)
    {
        var matrix = new ConfusionMatrix(set.Labels.Count);
        var guesses = new Dictionary<(int Width, int Height), byte[]>();
        foreach (var frame in set.Frames)
        {
            var size = (frame.Image.Width, frame.Image.Height);
            if (!guesses.TryGetValue(size, out var guess))
                guesses[size] = guess = Guess(train, size.Width, size.Height, set.Labels.Count);
            matrix.Add(frame.Mask, guess, set.IgnoreId);
        }

        return matrix;
    }

    private static byte[] Guess(SegmentationSet train, int width, int height, int classes)
    {
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

        return mask;
    }
}
