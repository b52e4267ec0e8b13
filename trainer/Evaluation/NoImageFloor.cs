using RoadSeg.Evaluation;
using RoadSeg.Trainer.Data;

namespace RoadSeg.Trainer.Evaluation;

/// <summary>What a predictor reaches that never looks at the image: the most frequent training label of each position.</summary>
internal static class NoImageFloor
{
    private const int GridPixels = 512 * 512;

    /// <summary>Reads the masks of both sets once. Positions are those of the first frame, of at most 262,144 pixels; frames of other sizes
    /// are stretched.</summary>
    /// <returns>Null when it was stopped.</returns>
    public static ConfusionMatrix? Of(SegmentationSet train, SegmentationSet set, CancellationToken stop = default)
    {
        var (width, height) = (set.Frames[0].Image.Width, set.Frames[0].Image.Height);
        var shrink = Math.Min(1, Math.Sqrt(GridPixels / (double)((long)width * height)));
        (width, height) = (Math.Max(1, (int)(width * shrink)), Math.Max(1, (int)(height * shrink)));
        if (Guess(train, width, height, set.Labels.Count, stop) is not { } guess)
            return null;

        var matrix = new ConfusionMatrix(set.Labels.Count);
        foreach (var frame in set.Frames)
        {
            if (stop.IsCancellationRequested)
                return null;
            matrix.Add(frame.Mask, Stretched(guess, width, height, frame.Image.Width, frame.Image.Height), set.IgnoreId);
        }

        return matrix;
    }

    private static byte[]? Guess(SegmentationSet train, int width, int height, int classes, CancellationToken stop)
    {
        var votes = new int[width * height * classes];
        var guess = new byte[width * height];
        foreach (var frame in train.Frames)
        {
            if (stop.IsCancellationRequested)
                return null;
            var mask = Stretched(frame.Mask, frame.Image.Width, frame.Image.Height, width, height);
            for (var i = 0; i < mask.Length; i++)
            {
                if (mask[i] < classes)
                    votes[(i * classes) + mask[i]]++;
            }
        }

        for (var i = 0; i < guess.Length; i++)
        {
            var best = votes.AsSpan(i * classes, classes);
            guess[i] = (byte)best.IndexOf(System.Numerics.Tensors.TensorPrimitives.Max<int>(best));
        }

        return guess;
    }

    private static byte[] Stretched(byte[] ids, int width, int height, int toWidth, int toHeight)
    {
        if ((width, height) == (toWidth, toHeight))
            return ids;
        var stretched = new byte[toWidth * toHeight];
        new Window(width, height, toWidth, toHeight, 0, 0, toWidth, toHeight, false).Mask(ids, stretched, 255);
        return stretched;
    }
}
