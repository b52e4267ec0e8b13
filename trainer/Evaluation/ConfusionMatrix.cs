namespace RoadSeg.Trainer.Evaluation;

/// <summary>Pixel counts [truth, prediction] of a whole data set; every score is a pure function of them.</summary>
internal sealed class ConfusionMatrix(int classes)
{
    private readonly long[] _counts = new long[classes * classes];

    public int Classes => classes;

    public long this[int truth, int prediction] => _counts[(truth * classes) + prediction];

    /// <summary>Counts the pixels whose truth is a class.</summary>
    public void Add(ReadOnlySpan<byte> truth, ReadOnlySpan<byte> prediction)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(truth.Length, prediction.Length);
        for (var i = 0; i < truth.Length; i++)
        {
            if (truth[i] < classes)
                _counts[(truth[i] * classes) + prediction[i]]++;
        }
    }

    public long Total => _counts.Sum();

    public double Accuracy => Ratio(Enumerable.Range(0, classes).Sum(c => this[c, c]), Total);

    /// <summary>Recall averaged over the classes that the truth holds.</summary>
    public double ClassAccuracy => Mean(Enumerable.Range(0, classes).Where(c => Truth(c) > 0).Select(c => Ratio(this[c, c], Truth(c))));

    /// <summary>Per class; NaN where neither truth nor prediction holds it.</summary>
    public double[] Iou => [.. Enumerable.Range(0, classes).Select(c => Ratio(this[c, c], Truth(c) + Predicted(c) - this[c, c]))];

    /// <summary>Averaged over classes that truth or prediction holds.</summary>
    public double MeanIou => Mean(Iou.Where(iou => !double.IsNaN(iou)));

    public double FrequencyWeightedIou => Iou.Select((iou, c) => double.IsNaN(iou) ? 0 : iou * Truth(c)).Sum() / Math.Max(1, Total);

    public long Truth(int c) => Enumerable.Range(0, classes).Sum(p => this[c, p]);

    public long Predicted(int c) => Enumerable.Range(0, classes).Sum(t => this[t, c]);

    private static double Ratio(long part, long whole) => whole == 0 ? double.NaN : (double)part / whole;

    private static double Mean(IEnumerable<double> values) => values.DefaultIfEmpty(double.NaN).Average();
}
