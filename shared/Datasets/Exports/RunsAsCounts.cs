using RoadSeg.Results;

namespace RoadSeg.Datasets.Exports;

/// <summary>Pixels as lengths of runs outside and inside in turn, beginning outside.</summary>
internal static class RunsAsCounts
{
    /// <summary>Row by row in a box, as CVAT has them.</summary>
    /// <param name="runs">Row by row and from left to right, all within the box.</param>
    /// <param name="left">First column of the box.</param>
    /// <param name="top">First row of the box.</param>
    /// <param name="width">Of the box.</param>
    /// <param name="height">Of the box.</param>
    /// <returns>Sums to width x height.</returns>
    public static List<int> ByRow(IEnumerable<MaskRun> runs, int left, int top, int width, int height)
    {
        var counts = new Counts();
        foreach (var (row, start, end) in runs)
            counts.Add(((row - top) * width) + start - left, end - start);
        return counts.Finish(width * height);
    }

    /// <summary>Column by column in a whole picture, as COCO has them.</summary>
    /// <param name="region">The pixels.</param>
    /// <param name="width">Of the picture.</param>
    /// <param name="height">Of the picture.</param>
    /// <returns>Sums to width x height.</returns>
    public static List<int> ByColumn(MaskObject region, int width, int height)
    {
        var (left, top, right, bottom) = region.Box;
        var (across, down) = (right - left, bottom - top);
        var inside = new byte[across * down];
        foreach (var (row, start, end) in region.Runs)
        {
            for (var x = start; x < end; x++)
                inside[((x - left) * down) + row - top] = 1;
        }

        var counts = new Counts();
        for (var x = 0; x < across; x++)
        {
            var column = inside.AsSpan(x * down, down);
            for (var y = 0; y < down; )
            {
                var first = column[y..].IndexOf((byte)1);
                if (first < 0)
                    break;
                y += first;
                var length = column[y..].IndexOf((byte)0) is >= 0 and var run ? run : down - y;
                counts.Add(((left + x) * height) + top + y, length);
                y += length;
            }
        }

        return counts.Finish(width * height);
    }

    private sealed class Counts
    {
        private readonly List<int> _counts = [];
        private int _end;

        public void Add(int start, int length)
        {
            // What goes on in the next row or column is one run.
            if (_counts.Count > 0 && start == _end)
                _counts[^1] += length;
            else
                _counts.AddRange([start - _end, length]);
            _end = start + length;
        }

        public List<int> Finish(int total)
        {
            if (_end < total)
                _counts.Add(total - _end);
            return _counts;
        }
    }
}
