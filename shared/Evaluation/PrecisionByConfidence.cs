using RoadSeg.Imaging;

namespace RoadSeg.Evaluation;

/// <summary>How often the model is right by class and by how sure it says it is, in 64-bit counts over a whole data set. Confidence counts
/// in the steps in which it is kept (<see cref="ConfidencePng"/>), so that what is found here holds for what is served.</summary>
/// <param name="classes">Classes, 1-255.</param>
public sealed class PrecisionByConfidence(int classes)
{
    private const int Steps = 64;
    private const double Digits = 10_000;

    private readonly long[] right = new long[classes * Steps];
    private readonly long[] named = new long[classes * Steps];

    /// <summary>Counts the pixels of one image.</summary>
    /// <param name="truth">Ground-truth ids: 0..classes-1 or the ignore id.</param>
    /// <param name="prediction">Predicted ids 0..classes-1, as many.</param>
    /// <param name="confidence">255 times the probability of each pixel's prediction, as many.</param>
    /// <param name="ignoreId">Truth id that is not counted, or null.</param>
    /// <exception cref="ArgumentException">Lengths differ.</exception>
    public void Add(ReadOnlySpan<byte> truth, ReadOnlySpan<byte> prediction, ReadOnlySpan<byte> confidence, int? ignoreId)
    {
        if (truth.Length != prediction.Length || confidence.Length != prediction.Length)
            throw new ArgumentException(
                $"{truth.Length} pixels of truth and {confidence.Length} of confidence are not those of {prediction.Length} predictions.",
                nameof(prediction)
            );
        for (var i = 0; i < truth.Length; i++)
        {
            if (truth[i] == ignoreId)
                continue;
            var at = (prediction[i] * Steps) + (confidence[i] / (256 / Steps));
            named[at]++;
            if (truth[i] == prediction[i])
                right[at]++;
        }
    }

    /// <summary>The least confidence of each class from which on so many of its pixels are right.</summary>
    /// <param name="precision">Right pixels over pixels that were given the class, 0-1.</param>
    /// <returns>By class id; null for a class that no pixel was given.</returns>
    public IReadOnlyList<CertainPixels?> From(double precision) =>
        [.. Enumerable.Range(0, classes).Select(label => From(label * Steps, precision))];

    private CertainPixels? From(int first, double precision)
    {
        var (all, hits, least, kept) = (0L, 0L, (int?)null, 0L);
        for (var step = Steps - 1; step >= 0; step--)
        {
            all += named[first + step];
            hits += right[first + step];
            if (all > 0 && hits >= precision * all)
                (least, kept) = (step, all);
        }

        return all == 0 ? null : new CertainPixels(least is { } from ? Floor(from) : null, (double)kept / all);
    }

    // Of the lowest step every pixel is kept. Rounded down: the sample of the step itself, the middle of it, still passes.
    private static double Floor(int step) =>
        step == 0 ? 0 : Math.Floor(((step * (256 / Steps)) + ConfidencePng.MaxError) / 255.0 * Digits) / Digits;
}
