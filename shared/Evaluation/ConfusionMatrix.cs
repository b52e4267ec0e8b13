namespace RoadSeg.Evaluation;

/// <summary>Counts of (truth, prediction) pixel pairs over a whole data set, in 64-bit integers. Every score is a pure function of them.
/// Not safe for concurrent adding: give each thread its own and <see cref="Add(ConfusionMatrix)"/> them.</summary>
public sealed class ConfusionMatrix
{
    private readonly long[] counts;
    private readonly int[] pairs = new int[256 * 256];

    /// <summary>An empty matrix.</summary>
    /// <param name="classes">Classes, 1-255.</param>
    public ConfusionMatrix(int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(classes, 255);
        Classes = classes;
        counts = new long[classes * classes];
    }

    /// <summary>Number of classes.</summary>
    public int Classes { get; }

    /// <summary>Pixels of class <paramref name="truth"/> that were predicted as <paramref name="prediction"/>.</summary>
    public long this[int truth, int prediction]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)truth, (uint)Classes, nameof(truth));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)prediction, (uint)Classes, nameof(prediction));
            return counts[truth * Classes + prediction];
        }
    }

    /// <summary>Pixels counted: those whose truth was not the ignore id.</summary>
    public long Total => counts.Sum();

    /// <summary>Counts the pixels of one image.</summary>
    /// <param name="truth">Ground-truth ids: 0..classes-1 or the ignore id.</param>
    /// <param name="prediction">Predicted ids 0..classes-1, as many.</param>
    /// <param name="ignoreId">Truth id that is not counted, or null.</param>
    /// <exception cref="ArgumentException">Lengths differ or an id is out of range; nothing was counted.</exception>
    public void Add(ReadOnlySpan<byte> truth, ReadOnlySpan<byte> prediction, int? ignoreId)
    {
        if (truth.Length != prediction.Length)
        {
            throw new ArgumentException(
                $"{truth.Length} pixels of truth cannot be scored against {prediction.Length} of prediction.",
                nameof(prediction)
            );
        }

        // All 65,536 pairs first, so that the loop has no branch and a bad id leaves the matrix as it was.
        Array.Clear(pairs);
        for (var i = 0; i < truth.Length; i++)
            pairs[(truth[i] << 8) | prediction[i]]++;
        RequireKnown(ignoreId);
        for (var t = 0; t < Classes; t++)
        {
            for (var p = 0; p < Classes; p++)
                counts[t * Classes + p] += t == ignoreId ? 0 : pairs[(t << 8) | p];
        }
    }

    /// <summary>Adds another matrix of as many classes.</summary>
    public void Add(ConfusionMatrix other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Classes != Classes)
            throw new ArgumentException($"A matrix of {other.Classes} classes cannot be added to one of {Classes}.", nameof(other));
        for (var i = 0; i < counts.Length; i++)
            counts[i] += other.counts[i];
    }

    /// <summary>Share of counted pixels predicted right, 0-1; NaN when nothing was counted.</summary>
    public double PixelAccuracy() => (double)Enumerable.Range(0, Classes).Sum(c => this[c, c]) / Total;

    /// <summary>Per class: share of its true pixels found, 0-1; null for a class without true pixels.</summary>
    public IReadOnlyList<double?> ClassAccuracies() => PerClass(c => (this[c, c], TruePixels(c)));

    /// <summary>Per class: intersection over union, 0-1; null for a class that is neither in the truth nor predicted.</summary>
    public IReadOnlyList<double?> ClassIoU() => PerClass(c => (this[c, c], TruePixels(c) + PredictedPixels(c) - this[c, c]));

    /// <summary>Mean of <see cref="ClassAccuracies"/> over the classes that have one; NaN when none has.</summary>
    public double MeanClassAccuracy() => ClassAccuracies().Average() ?? double.NaN;

    /// <summary>Mean of <see cref="ClassIoU"/> over the classes that have one; NaN when none has. A class that is predicted but
    /// never true counts with 0.</summary>
    public double MeanIoU() => ClassIoU().Average() ?? double.NaN;

    /// <summary>Mean of <see cref="ClassIoU"/> over the classes with true pixels; NaN when none has. For comparing networks on the same
    /// frames: in
    /// <see cref="MeanIoU"/> one stray pixel of a class that the frames do not show costs as much as losing a class.</summary>
    public double MeanIoUOfShownClasses() => ClassIoU().Where((_, c) => TruePixels(c) > 0).Average() ?? double.NaN;

    /// <summary>Mean of <see cref="ClassIoU"/> weighted by true pixels; NaN when nothing was counted.</summary>
    public double FrequencyWeightedIoU()
    {
        var iou = ClassIoU();
        return Enumerable.Range(0, Classes).Sum(c => (iou[c] ?? 0) * TruePixels(c)) / Total;
    }

    private long TruePixels(int c) => counts.AsSpan(c * Classes, Classes).ToArray().Sum();

    private long PredictedPixels(int c) => Enumerable.Range(0, Classes).Sum(t => this[t, c]);

    private double?[] PerClass(Func<int, (long Part, long Whole)> count) =>
        [.. Enumerable.Range(0, Classes).Select(count).Select(pair => pair.Whole == 0 ? (double?)null : (double)pair.Part / pair.Whole)];

    private void RequireKnown(int? ignoreId)
    {
        for (var pair = 0; pair < pairs.Length; pair++)
        {
            var (truth, prediction) = (pair >> 8, pair & 255);
            if (pairs[pair] > 0 && truth != ignoreId && (truth >= Classes || prediction >= Classes))
                throw new ArgumentException($"Pair (truth {truth}, prediction {prediction}) is outside the {Classes} classes.");
        }
    }
}
