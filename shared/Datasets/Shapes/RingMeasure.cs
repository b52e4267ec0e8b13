namespace RoadSeg.Datasets.Shapes;

/// <summary>What a ring's points say by themselves.</summary>
internal static class RingMeasure
{
    // Tools round: a coordinate within half a pixel of the border moves no pixel centre.
    private const double Slack = 0.5;

    /// <summary>How far in pixels the farthest point lies outside the picture; 0 where none does by more than half a pixel.</summary>
    /// <param name="ring">Places: x and y of each point in turn.</param>
    /// <param name="width">Of the picture.</param>
    /// <param name="height">Of the picture.</param>
    public static double Beyond(ReadOnlySpan<double> ring, int width, int height)
    {
        double beyond = 0;
        for (var i = 0; i < ring.Length; i += 2)
        {
            beyond = Math.Max(beyond, Math.Max(-ring[i], ring[i] - width));
            beyond = Math.Max(beyond, Math.Max(-ring[i + 1], ring[i + 1] - height));
        }

        return beyond > Slack ? beyond : 0;
    }

    /// <summary>True where a ring crosses itself so that it matters. The shoelace sum counts what it goes round twice twice and what it
    /// goes round the other way negative; the even-odd fill does neither. Of a ring that does not cross itself the two differ by less than
    /// a pixel for each pixel of its length.</summary>
    /// <param name="ring">Places: x and y of each point in turn.</param>
    /// <param name="filled">Pixels that the even-odd rule filled, none of them cut off.</param>
    public static bool Crosses(ReadOnlySpan<double> ring, long filled)
    {
        double twice = 0,
            length = 0;
        for (int i = 0, j = ring.Length - 2; i < ring.Length; j = i, i += 2)
        {
            twice += (ring[j] * ring[i + 1]) - (ring[i] * ring[j + 1]);
            length += double.Hypot(ring[i] - ring[j], ring[i + 1] - ring[j + 1]);
        }

        return Math.Abs((Math.Abs(twice) / 2) - filled) > length + 1;
    }
}
