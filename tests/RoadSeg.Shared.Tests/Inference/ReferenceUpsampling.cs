using RoadSeg.Inference;

namespace RoadSeg.Tests.Inference;

/// <summary>What the engine must compute, written to be read: full-size logits in double precision, softmax, argmax.</summary>
internal sealed class ReferenceUpsampling
{
    private readonly double[][] full;
    private readonly byte[] classes;
    private readonly double[] confidence;

    public ReferenceUpsampling(ReadOnlySpan<float> logits, int classCount, int height, int width, int outputWidth, int outputHeight)
    {
        full = new double[classCount][];
        for (var c = 0; c < classCount; c++)
            full[c] = Resize(logits.Slice(c * height * width, height * width), height, width, outputWidth, outputHeight);

        classes = new byte[outputWidth * outputHeight];
        confidence = new double[classes.Length];
        for (var i = 0; i < classes.Length; i++)
        {
            for (var c = 1; c < classCount; c++)
            {
                if (full[c][i] > full[classes[i]][i])
                    classes[i] = (byte)c;
            }

            var sum = 0.0;
            for (var c = 0; c < classCount; c++)
                sum += Math.Exp(full[c][i] - full[classes[i]][i]);
            confidence[i] = 1 / sum;
        }
    }

    /// <summary>Fails unless the map has the reference's class on every pixel whose two best logits differ by more than rounding,
    /// and a confidence within 1/255 everywhere. Returns the pixels that differ.</summary>
    public int Check(byte[] classIds, byte[] confidences)
    {
        var differing = 0;
        for (var i = 0; i < classes.Length; i++)
        {
            if (classIds[i] != classes[i])
            {
                differing++;
                var gap = full[classes[i]][i] - full[classIds[i]][i];
                if (gap >= 1e-4)
                    Assert.Fail($"Pixel {i} has class {classIds[i]}, whose logit is {gap} below that of class {classes[i]}.");
            }

            var difference = Math.Abs(confidences[i] - (255 * confidence[i]));
            if (difference > 1)
                Assert.Fail($"Pixel {i} has confidence {confidences[i]}, {difference} from {255 * confidence[i]}.");
        }

        return differing;
    }

    public int Check(ClassMap map) => Check(map.ClassIds, map.Confidence!);

    private static double[] Resize(ReadOnlySpan<float> plane, int height, int width, int outputWidth, int outputHeight)
    {
        var result = new double[outputWidth * outputHeight];
        for (var y = 0; y < outputHeight; y++)
        {
            var (top, bottom, down) = Neighbours(y, height, outputHeight);
            for (var x = 0; x < outputWidth; x++)
            {
                var (left, right, across) = Neighbours(x, width, outputWidth);
                var upper = (plane[(top * width) + left] * (1 - across)) + (plane[(top * width) + right] * across);
                var lower = (plane[(bottom * width) + left] * (1 - across)) + (plane[(bottom * width) + right] * across);
                result[(y * outputWidth) + x] = (upper * (1 - down)) + (lower * down);
            }
        }

        return result;
    }

    private static (int Before, int After, double Weight) Neighbours(int position, int size, int outputSize)
    {
        var source = Math.Clamp((position + 0.5) * size / outputSize - 0.5, 0, size - 1);
        var before = (int)Math.Floor(source);
        return (before, Math.Min(before + 1, size - 1), source - before);
    }
}
