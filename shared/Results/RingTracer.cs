namespace RoadSeg.Results;

/// <summary>Follows the outlines of regions along the left and right ends of their runs. Region to the right of the way as the screen
/// shows it: outer rings have a positive shoelace sum, holes a negative one.</summary>
/// <remarks>Where two pixels of one region touch at a corner only, the ways join there: whatever lies between is then a hole of its own,
/// so no ring passes a corner twice. Pixels of two regions that touch at a corner stay apart.</remarks>
internal sealed class RingTracer(MaskRuns runs)
{
    private readonly (int[] Order, int[] First) _byRegion = runs.ByRegion();

    // Every ring goes up somewhere, which is the left end of a run: these mark the ways already gone.
    private readonly bool[] _gone = new bool[runs.Regions.Count == 0 ? 0 : runs.Of(runs.Height - 1).End];

    private readonly List<int> _xy = [];

    /// <summary>The rings of a region, the outer one first.</summary>
    /// <returns>Null when they have more corners than allowed.</returns>
    public IReadOnlyList<int[]>? Trace(int region, int maxCorners)
    {
        var rings = new List<int[]>();
        for (var i = _byRegion.First[region]; i < _byRegion.First[region + 1]; i++)
        {
            if (_gone[_byRegion.Order[i]])
                continue;
            if (!Follow(_byRegion.Order[i], region, maxCorners))
                return null;
            maxCorners -= _xy.Count / 2;
            rings.Add([.. _xy]);
        }

        return rings;
    }

    private bool Follow(int start, int region, int maxCorners)
    {
        _xy.Clear();
        var (run, up) = (start, true);
        do
        {
            if (_xy.Count > 2 * maxCorners)
                return false;
            if (up)
                (run, up) = Up(run, region);
            else
                (run, up) = Down(run, region);
        } while (run != start || !up);
        return _xy.Count <= 2 * maxCorners;
    }

    // Along the left end of a run to its top, and on to the next end.
    private (int Run, bool Up) Up(int run, int region)
    {
        _gone[run] = true;
        var (x, y) = (runs.Start(run), runs.Row(run));
        var (ahead, aheadLeft) = (runs.At(x, y - 1), runs.At(x - 1, y - 1));
        if (runs.In(ahead, region) && !runs.In(aheadLeft, region))
            return (ahead, true);
        return runs.In(aheadLeft, region) ? West(aheadLeft, x, y, region) : East(run, x, y, region);
    }

    // Along the right end of a run to its bottom, and on to the next end.
    private (int Run, bool Up) Down(int run, int region)
    {
        var (x, y) = (runs.End(run), runs.Row(run) + 1);
        var (ahead, aheadLeft) = (runs.At(x - 1, y), runs.At(x, y));
        if (runs.In(ahead, region) && !runs.In(aheadLeft, region))
            return (ahead, false);
        return runs.In(aheadLeft, region) ? East(aheadLeft, x, y, region) : West(run, x, y, region);
    }

    // Over the top of a run: to the next run above that is of the region, or to the run's own right end.
    private (int Run, bool Up) East(int below, int x, int y, int region)
    {
        Corner(x, y);
        var end = runs.End(below);
        var (first, last) = runs.Of(y - 1);
        for (var above = Math.Max(first, runs.At(x, y - 1)); above < last && runs.Start(above) <= end; above++)
        {
            if (!runs.In(above, region))
                continue;
            Corner(runs.Start(above), y);
            return (above, true);
        }

        Corner(end, y);
        return (below, false);
    }

    // Under the bottom of a run: to the next run below that is of the region, or to the run's own left end.
    private (int Run, bool Up) West(int above, int x, int y, int region)
    {
        Corner(x, y);
        var start = runs.Start(above);
        var first = runs.Of(y).First;
        for (var below = runs.At(x - 1, y); below >= first && below >= 0 && runs.End(below) >= start; below--)
        {
            if (!runs.In(below, region))
                continue;
            Corner(runs.End(below), y);
            return (below, false);
        }

        Corner(start, y);
        return (above, true);
    }

    private void Corner(int x, int y)
    {
        _xy.Add(x);
        _xy.Add(y);
    }
}
