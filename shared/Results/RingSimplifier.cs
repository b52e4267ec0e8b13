namespace RoadSeg.Results;

/// <summary>Leaves out corners of a ring without moving its line by more than a tolerance: Ramer-Douglas-Peucker (1972, 1973) on pieces of
/// bounded length, so that the time grows with the length and not with its square.</summary>
internal static class RingSimplifier
{
    private const int Piece = 1024;

    /// <summary>An outer outline, simplified; one that would vanish is kept as it is.</summary>
    /// <param name="xy">x and y of each corner in turn.</param>
    /// <param name="tolerance">In pixels; 0 keeps it exact.</param>
    public static Ring Outline(int[] xy, double tolerance) =>
        tolerance > 0 && Simplify(xy, tolerance) is { Length: >= 6 } simplified ? new Ring(simplified) : new Ring(xy);

    /// <param name="xy">x and y of each corner in turn.</param>
    /// <param name="tolerance">In pixels; above 0.</param>
    /// <returns>The corners that stay; fewer than three when nothing of the ring is left.</returns>
    public static int[] Simplify(int[] xy, double tolerance)
    {
        var count = xy.Length / 2;
        var keep = new bool[count + 1];

        // The corner farthest from the first halves the ring: its two ends would be the same corner otherwise.
        var far = 0;
        for (var i = 1; i < count; i++)
        {
            if (Square(xy, 0, i) > Square(xy, 0, far))
                far = i;
        }

        var pieces = new Stack<(int From, int To)>();
        foreach (var (from, to) in ((int, int)[])[(0, far), (far, count)])
        {
            for (var at = from; at < to; at += Piece)
                pieces.Push((at, Math.Min(at + Piece, to)));
        }

        while (pieces.TryPop(out var piece))
        {
            keep[piece.From] = keep[piece.To] = true;
            var (worst, distance) = (-1, tolerance * tolerance);
            for (var i = piece.From + 1; i < piece.To; i++)
            {
                if (SquareToSegment(xy, i, piece.From, piece.To % count) is var d && d > distance)
                    (worst, distance) = (i, d);
            }

            if (worst > 0)
            {
                pieces.Push((piece.From, worst));
                pieces.Push((worst, piece.To));
            }
        }

        return [.. Enumerable.Range(0, count).Where(i => keep[i]).SelectMany(i => (int[])[xy[2 * i], xy[(2 * i) + 1]])];
    }

    private static double Square(int[] xy, int a, int b)
    {
        double dx = xy[2 * a] - xy[2 * b],
            dy = xy[(2 * a) + 1] - xy[(2 * b) + 1];
        return (dx * dx) + (dy * dy);
    }

    // To the segment and not to its line: a spur beyond its ends would vanish otherwise.
    private static double SquareToSegment(int[] xy, int point, int from, int to)
    {
        double ax = xy[2 * from],
            ay = xy[(2 * from) + 1];
        double dx = xy[2 * to] - ax,
            dy = xy[(2 * to) + 1] - ay;
        double px = xy[2 * point] - ax,
            py = xy[(2 * point) + 1] - ay;
        var length = (dx * dx) + (dy * dy);
        var share = length == 0 ? 0 : Math.Clamp(((px * dx) + (py * dy)) / length, 0, 1);
        (px, py) = (px - (share * dx), py - (share * dy));
        return (px * px) + (py * py);
    }
}
