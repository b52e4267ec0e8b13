namespace RoadSeg.Imaging;

/// <summary>Weights of antialiased bilinear resampling along one axis: a triangle as wide as the reduction around the
/// half-pixel centre, cut at the edges and normalised to 1 (the definition of Pillow's BILINEAR).</summary>
public sealed class TriangleWeights
{
    private readonly int[] firsts;
    private readonly int[] start;
    private readonly float[] weights;

    /// <param name="samples">Samples there are.</param>
    /// <param name="extent">Length they stand for, in samples: <paramref name="samples"/>, or up to 1 more where the end was cut
    /// off.</param>
    /// <param name="outputs">Samples to make.</param>
    public TriangleWeights(int samples, double extent, int outputs)
    {
        var scale = extent / outputs;
        var support = Math.Max(scale, 1.0);
        firsts = new int[outputs];
        start = new int[outputs + 1];
        var all = new List<float>((int)(outputs * ((2 * support) + 1)));
        Span<double> row = new double[(int)Math.Ceiling(2 * support) + 2];
        for (var i = 0; i < outputs; i++)
        {
            var center = (i + 0.5) * scale;
            var first = Math.Max(0, (int)(center - support + 0.5));
            var last = Math.Min(samples, (int)(center + support + 0.5));
            first = Math.Min(first, samples - 1);
            var sum = 0.0;
            for (var s = first; s < last; s++)
                sum += row[s - first] = Math.Max(0, 1 - (Math.Abs(s + 0.5 - center) / support));
            firsts[i] = first;
            for (var s = first; s < last; s++)
                all.Add((float)(row[s - first] / sum));
            start[i + 1] = all.Count;
        }

        weights = [.. all];
    }

    /// <summary>First sample of an output.</summary>
    public int First(int output) => firsts[output];

    /// <summary>Weights of an output's samples, from <see cref="First"/> on.</summary>
    public ReadOnlySpan<float> Of(int output) => weights.AsSpan(start[output], start[output + 1] - start[output]);

    /// <summary>One past the last sample of an output.</summary>
    public int End(int output) => firsts[output] + start[output + 1] - start[output];
}
