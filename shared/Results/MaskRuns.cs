using RoadSeg.Errors;

namespace RoadSeg.Results;

/// <summary>A mask as runs of equal pixels along its rows, joined to regions: runs of one class that share a pixel edge, through others
/// too, are one region. Memory grows with the runs, not with the pixels.</summary>
internal sealed class MaskRuns
{
    private readonly List<int> _starts = [];
    private readonly List<int> _rows = [];
    private readonly int[] _rowFirst;
    private readonly int[] _region;

    /// <exception cref="RoadSegException">mask-too-complex: more runs than allowed.</exception>
    public MaskRuns(ReadOnlySpan<byte> ids, int width, int height, int maxRuns)
    {
        Width = width;
        Height = height;
        _rowFirst = new int[height + 1];
        for (var y = 0; y < height; y++)
        {
            var row = ids.Slice(y * width, width);
            for (var x = 0; x >= 0 && x < width; )
            {
                if (_starts.Count == maxRuns)
                    throw TooComplex(maxRuns);
                _starts.Add(x);
                _rows.Add(y);
                var run = row[x..].IndexOfAnyExcept(row[x]);
                x = run < 0 ? width : x + run;
            }

            _rowFirst[y + 1] = _starts.Count;
        }

        _region = Join(ids);
        Regions = Measure(ids);
    }

    public int Width { get; }

    public int Height { get; }

    public IReadOnlyList<Region> Regions { get; }

    public static RoadSegException TooComplex(int maxRuns) =>
        new(
            ErrorCodes.MaskTooComplex,
            $"The mask changes its class more than {maxRuns:N0} times: it is noise rather than regions. Take the mask itself."
        );

    public int Row(int run) => _rows[run];

    /// <summary>First column of a run.</summary>
    public int Start(int run) => _starts[run];

    /// <summary>Column after the last of a run.</summary>
    public int End(int run) => run + 1 < _rowFirst[_rows[run] + 1] ? _starts[run + 1] : Width;

    /// <summary>Runs of a row, first and one after the last; none for rows outside the mask.</summary>
    public (int First, int End) Of(int row) => row < 0 || row >= Height ? (0, 0) : (_rowFirst[row], _rowFirst[row + 1]);

    /// <summary>The run that covers a pixel; -1 outside the mask.</summary>
    public int At(int x, int y)
    {
        if (x < 0 || x >= Width || y < 0 || y >= Height)
            return -1;
        var at = _starts.BinarySearch(_rowFirst[y], _rowFirst[y + 1] - _rowFirst[y], x, null);
        return at < 0 ? ~at - 1 : at;
    }

    /// <summary>True when the run is of the region; false for -1.</summary>
    public bool In(int run, int region) => run >= 0 && _region[run] == region;

    /// <summary>Runs by region: those of region i are Order[First[i]..First[i + 1]], in the mask's order.</summary>
    public (int[] Order, int[] First) ByRegion()
    {
        var first = new int[Regions.Count + 1];
        foreach (var region in _region)
            first[region + 1]++;
        for (var i = 0; i < Regions.Count; i++)
            first[i + 1] += first[i];
        var order = new int[_region.Length];
        var next = first.ToArray();
        for (var run = 0; run < order.Length; run++)
            order[next[_region[run]]++] = run;
        return (order, first);
    }

    // Union-find in which the first run of a region is its root; then regions are numbered in the order of their first runs.
    private int[] Join(ReadOnlySpan<byte> ids)
    {
        var parent = new int[_starts.Count];
        for (var run = 0; run < parent.Length; run++)
            parent[run] = run;
        for (var y = 1; y < Height; y++)
        {
            var (above, below) = (_rowFirst[y - 1], _rowFirst[y]);
            while (above < _rowFirst[y] && below < _rowFirst[y + 1])
            {
                if (Id(ids, above) == Id(ids, below))
                    Union(parent, above, below);

                // Whichever ends first has met everything it overlaps.
                var (endAbove, endBelow) = (End(above), End(below));
                if (endAbove <= endBelow)
                    above++;
                if (endBelow <= endAbove)
                    below++;
            }
        }

        // Parents come before their children, so a parent holds its region's number already when a child asks for it.
        var count = 0;
        for (var run = 0; run < parent.Length; run++)
            parent[run] = parent[run] == run ? count++ : parent[parent[run]];
        return parent;
    }

    private static void Union(int[] parent, int a, int b)
    {
        (a, b) = (Find(parent, a), Find(parent, b));
        if (a != b)
            parent[Math.Max(a, b)] = Math.Min(a, b);
    }

    private static int Find(int[] parent, int run)
    {
        while (parent[run] != run)
            run = parent[run] = parent[parent[run]];
        return run;
    }

    private Region[] Measure(ReadOnlySpan<byte> ids)
    {
        var regions = new Region[_region.Length == 0 ? 0 : _region.Max() + 1];
        for (var run = 0; run < _region.Length; run++)
        {
            ref var region = ref regions[_region[run]];
            region ??= new Region(_region[run], Id(ids, run), _starts[run], _rows[run]);
            region.Add(_starts[run], End(run), _rows[run]);
        }

        return regions;
    }

    private byte Id(ReadOnlySpan<byte> ids, int run) => ids[(_rows[run] * Width) + _starts[run]];
}
