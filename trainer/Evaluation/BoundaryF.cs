namespace RoadSeg.Trainer.Evaluation;

/// <summary>The boundary F measure of Csurka, Larlus and Perronnin, "What is a good evaluation measure for semantic segmentation?", BMVC
/// 2013: per image and class, the F1 of boundary pixels that have a boundary pixel of the same class within 0.75 % of the image's diagonal
/// on the other side. A class counts in the images whose truth holds it. Borders to unlabelled pixels and the edge of the picture are no
/// boundaries.</summary>
internal sealed class BoundaryF(int classes, int ignoreId)
{
    /// <summary>Share of the diagonal.</summary>
    public const double Tolerance = 0.0075;

    private readonly double[] _sums = new double[classes];
    private readonly int[] _images = new int[classes];
    private double _imageSum;
    private int _imageCount;

    /// <summary>Mean over the images of the mean over their classes, 0-1; null when no image had a boundary.</summary>
    public double? Mean => _imageCount == 0 ? null : _imageSum / _imageCount;

    /// <summary>Per class, mean over the images that hold it, 0-1; null for a class that no image holds.</summary>
    public IReadOnlyList<double?> PerClass => [.. _sums.Zip(_images, (sum, images) => images == 0 ? (double?)null : sum / images)];

    /// <param name="truth">Ids [height, width].</param>
    /// <param name="prediction">Ids [height, width].</param>
    public void Add(byte[] truth, byte[] prediction, int width, int height)
    {
        var reach = Tolerance * Math.Sqrt(((double)width * width) + ((double)height * height));
        var (expected, found) = (Boundaries(truth, truth, width, height), Boundaries(prediction, truth, width, height));
        var present = new bool[classes];
        foreach (var id in truth)
        {
            if (id < classes)
                present[id] = true;
        }

        double sum = 0;
        var counted = 0;
        for (var c = 0; c < classes; c++)
        {
            if (!present[c] || (expected[c].Count == 0 && found[c].Count == 0))
                continue;
            var (precision, recall) = (
                Near(found[c], expected[c], width, height, reach),
                Near(expected[c], found[c], width, height, reach)
            );
            var f = precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
            (_sums[c], _images[c]) = (_sums[c] + f, _images[c] + 1);
            (sum, counted) = (sum + f, counted + 1);
        }

        if (counted > 0)
            (_imageSum, _imageCount) = (_imageSum + (sum / counted), _imageCount + 1);
    }

    // Per class, the labelled pixels with a labelled neighbour above, below, left or right that is of another class.
    private List<int>[] Boundaries(byte[] ids, byte[] truth, int width, int height)
    {
        var boundaries = Enumerable.Range(0, classes).Select(_ => new List<int>()).ToArray();
        for (int y = 0, at = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++, at++)
            {
                if (
                    truth[at] != ignoreId
                    && (
                        Differs(at, at - 1, x > 0)
                        || Differs(at, at + 1, x < width - 1)
                        || Differs(at, at - width, y > 0)
                        || Differs(at, at + width, y < height - 1)
                    )
                )
                    boundaries[ids[at]].Add(at);
            }
        }

        return boundaries;

        bool Differs(int at, int other, bool inside) => inside && truth[other] != ignoreId && ids[other] != ids[at];
    }

    // Share of pixels with one of the others within reach. Distances along columns first, so that each pixel looks along one row only.
    private static double Near(List<int> pixels, List<int> others, int width, int height, double reach)
    {
        if (pixels.Count == 0 || others.Count == 0)
            return 0;
        var radius = (int)reach;
        var far = radius + 1;
        var distance = new int[width * height];
        Array.Fill(distance, far);
        foreach (var at in others)
            distance[at] = 0;
        for (var at = width; at < distance.Length; at++)
            distance[at] = Math.Min(distance[at], distance[at - width] + 1);
        for (var at = distance.Length - width - 1; at >= 0; at--)
            distance[at] = Math.Min(distance[at], distance[at + width] + 1);

        var near = 0;
        foreach (var at in pixels)
        {
            var x = at % width;
            for (var dx = -Math.Min(radius, x); dx <= Math.Min(radius, width - 1 - x); dx++)
            {
                var dy = distance[at + dx];
                if (dy < far && (dx * dx) + (dy * dy) <= reach * reach)
                {
                    near++;
                    break;
                }
            }
        }

        return (double)near / pixels.Count;
    }
}
