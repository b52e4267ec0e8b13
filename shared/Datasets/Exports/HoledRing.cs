using RoadSeg.Results;

namespace RoadSeg.Datasets.Exports;

/// <summary>One ring around a region with holes, for forms that have no holes: from the top of each hole a bridge of no width goes straight
/// up to what lies above, and back. Filled by the even-odd rule the two ways cancel each other, so that the ring covers the very pixels of
/// the region.</summary>
internal sealed class HoledRing
{
    private readonly IReadOnlyList<Ring> _rings;

    // Horizontal edges by row, each row from left to right: columns, ring, and the corner that the edge begins at.
    private readonly Dictionary<int, List<(int Left, int Right, int Ring, int Corner)>> _rows = [];

    // Bridges that end on an edge: column, and the hole at their other end with the corner there.
    private readonly Dictionary<(int Ring, int Corner), List<(int X, int Hole, int Corner)>> _bridges = [];

    private readonly List<(int X, int Y)> _points = [];

    private HoledRing(IReadOnlyList<Ring> rings) => _rings = rings;

    /// <summary>The corners of the ring.</summary>
    /// <param name="rings">The outline of a connected region, then its holes, along pixel corners and none of them crossing
    /// another.</param>
    public static IReadOnlyList<(int X, int Y)> Of(IReadOnlyList<Ring> rings)
    {
        var ring = new HoledRing(rings);
        if (rings.Count > 1)
            ring.Bridge();
        ring.Walk(0, 0);
        return ring._points;
    }

    private void Bridge()
    {
        for (var ring = 0; ring < _rings.Count; ring++)
        {
            for (var corner = 0; corner < _rings[ring].Count; corner++)
            {
                var (from, to) = (_rings[ring][corner], At(ring, corner + 1));
                if (from.Y != to.Y)
                    continue;
                if (!_rows.TryGetValue(from.Y, out var row))
                    _rows[from.Y] = row = [];
                row.Add((Math.Min(from.X, to.X), Math.Max(from.X, to.X), ring, corner));
            }
        }

        foreach (var row in _rows.Values)
            row.Sort();
        for (var hole = 1; hole < _rings.Count; hole++)
        {
            var top = Enumerable.Range(0, _rings[hole].Count).MinBy(i => (_rings[hole][i].Y, _rings[hole][i].X));
            var (x, y) = _rings[hole][top];
            var edge = Above(x, y);
            if (!_bridges.TryGetValue(edge, out var bridges))
                _bridges[edge] = bridges = [];
            bridges.Add((x, hole, top));
        }
    }

    // The first edge over a pixel column. Above the top of a hole lies its region, so there is one: of the outline or of another hole,
    // whose own top is higher. Bridges therefore never go round in a circle.
    private (int Ring, int Corner) Above(int x, int y)
    {
        while (true)
        {
            if (!_rows.TryGetValue(--y, out var row))
                continue;
            var at = row.BinarySearch((x, int.MaxValue, 0, 0));
            var before = ~at - 1;
            if (before >= 0 && row[before].Right > x)
                return (row[before].Ring, row[before].Corner);
        }
    }

    // Round a ring once, from a corner and back to it. As deep as there are holes below each other.
    private void Walk(int ring, int start)
    {
        var count = _rings[ring].Count;
        for (var i = 0; i < count; i++)
        {
            var corner = (start + i) % count;
            var from = _rings[ring][corner];
            Point(from);
            if (!_bridges.TryGetValue((ring, corner), out var bridges))
                continue;
            var right = At(ring, corner + 1).X > from.X;
            foreach (var (x, hole, top) in right ? bridges.OrderBy(bridge => bridge.X) : bridges.OrderByDescending(bridge => bridge.X))
            {
                Point((x, from.Y));
                Walk(hole, top);
                Point(_rings[hole][top]);
                Point((x, from.Y));
            }
        }
    }

    private (int X, int Y) At(int ring, int corner) => _rings[ring][corner % _rings[ring].Count];

    private void Point((int X, int Y) point)
    {
        if (_points.Count == 0 || _points[^1] != point)
            _points.Add(point);
    }
}
