using RoadSeg.Trainer.Data;

namespace RoadSeg.Trainer.Training;

/// <summary>How much each class counts, from the training set's pixels.</summary>
internal static class ClassWeights
{
    private const double ENetOffset = 1.02;

    public static float[]? Of(TrainingOptions options, SegmentationSet set)
    {
        if (options.ClassWeights == ClassWeighting.None)
            return null;
        var total = (double)set.PixelCounts.Sum();
        var raw = set
            .PixelCounts.Select(
                (pixels, c) =>
                    pixels == 0 ? double.NaN
                    : options.ClassWeights == ClassWeighting.ENet ? 1 / Math.Log(ENetOffset + (pixels / total))
                    : (double)set.PixelsOfImagesWith[c] / pixels
            )
            .ToArray();
        var present = raw.Where(w => !double.IsNaN(w)).Order().ToArray();
        var median = present[present.Length / 2];
        return
        [
            .. raw.Select(w =>
                double.IsNaN(w) ? 0f : (float)Math.Min(options.ClassWeightCap, Math.Pow(w / median, options.ClassWeightPower))
            ),
        ];
    }
}
