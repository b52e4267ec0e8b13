using System.Buffers;
using RoadSeg.Errors;

namespace RoadSeg.Datasets.Shapes;

/// <summary>The pixels of one shape: a byte a pixel, 1 inside. Drawn within the picture alone, whatever lies outside.</summary>
/// <remarks>Rings are filled by the even-odd rule at pixel centres. Each edge marks, in every row whose centre it passes, the first
/// column whose centre lies at it or to its right; the upper end of an edge counts and the lower one does not. Of two shapes that share a
/// border every pixel therefore belongs to exactly one. The rows are then filled from mark to mark.</remarks>
internal sealed class ShapePlane(int width, int height) : IDisposable
{
    private readonly byte[] inside = Empty(width, height);
    private readonly byte[] marks = Empty(width, height);
    private long crossings;

    public int Width => width;

    public int Height => height;

    /// <summary>What may hold pixels of the shape.</summary>
    public PixelBox Box { get; private set; }

    public Span<byte> Row(int y) => inside.AsSpan(y * width, width);

    /// <summary>Takes the shape away, for the next one.</summary>
    public void Clear()
    {
        for (var y = Box.Top; y < Box.Bottom; y++)
            Row(y)[Box.Left..Box.Right].Clear();
        Box = default;
    }

    /// <summary>Pixels of the shape.</summary>
    public long Count()
    {
        long count = 0;
        for (var y = Box.Top; y < Box.Bottom; y++)
            count += Row(y)[Box.Left..Box.Right].Count((byte)1);
        return count;
    }

    /// <summary>Pixels from one column to before another; both within the picture.</summary>
    public void Fill(int y, int from, int to, byte value)
    {
        if (to <= from)
            return;
        Row(y)[from..to].Fill(value);
        Box = Box.With(new PixelBox(from, y, to, y + 1));
    }

    /// <summary>Pixels of a column from one row to before another; both within the picture.</summary>
    public void FillColumn(int x, int from, int to)
    {
        for (var y = from; y < to; y++)
            inside[(y * width) + x] = 1;
        if (to > from)
            Box = Box.With(new PixelBox(x, from, x + 1, to));
    }

    /// <summary>Fills a ring.</summary>
    /// <param name="ring">Places: x and y of each point in turn.</param>
    /// <param name="value">1, or 0 for a hole.</param>
    /// <returns>Pixels filled.</returns>
    /// <exception cref="RoadSegException">mask-too-complex.</exception>
    public long FillRing(ReadOnlySpan<double> ring, byte value)
    {
        var (top, bottom) = (height, 0);
        for (int i = 0, j = ring.Length - 2; i < ring.Length; j = i, i += 2)
        {
            // From the upper end, so that an edge and its reverse round alike.
            var (a, b) = ring[i + 1] <= ring[j + 1] ? (i, j) : (j, i);
            var (x, y) = (ring[a], ring[a + 1]);
            var first = (int)Math.Clamp(Math.Ceiling(y - 0.5), 0, height);
            var end = (int)Math.Clamp(Math.Ceiling(ring[b + 1] - 0.5), 0, height);
            if (end <= first)
                continue;
            Spend(end - first);
            (top, bottom) = (Math.Min(top, first), Math.Max(bottom, end));
            var slope = (ring[b] - x) / (ring[b + 1] - y);
            for (var row = first; row < end; row++)
            {
                var column = (int)Math.Clamp(Math.Ceiling(x + ((row + 0.5 - y) * slope) - 0.5), 0, width);
                if (column < width)
                    marks[(row * width) + column] ^= 1;
            }
        }

        long filled = 0;
        for (var y = top; y < bottom; y++)
            filled += FillMarked(y, value);
        return filled;
    }

    /// <summary>The pixels that a line between two pixels runs through: one in each column or row, whichever are more.</summary>
    /// <exception cref="RoadSegException">mask-too-complex.</exception>
    public void FillLine(double x0, double y0, double x1, double y1, byte value)
    {
        var flat = Math.Abs(x1 - x0) >= Math.Abs(y1 - y0);
        var (from, to, acrossFrom, acrossTo) = flat ? (x0, x1, y0, y1) : (y0, y1, x0, x1);
        if (from > to)
            (from, to, acrossFrom, acrossTo) = (to, from, acrossTo, acrossFrom);
        var slope = to > from ? (acrossTo - acrossFrom) / (to - from) : 0;
        var (first, last) = ((int)Math.Max(from, 0), (int)Math.Min(to, (flat ? width : height) - 1));
        if (first > last)
            return;
        Spend(last - first + 1);
        for (var at = first; at <= last; at++)
        {
            var across = Math.Floor(acrossFrom + ((at - from) * slope) + 0.5);
            if (across >= 0 && across < (flat ? height : width))
            {
                var (x, y) = flat ? (at, (int)across) : ((int)across, at);
                Fill(y, x, x + 1, value);
            }
        }
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(inside);
        ArrayPool<byte>.Shared.Return(marks);
    }

    private long FillMarked(int y, byte value)
    {
        var row = marks.AsSpan(y * width, width);
        long filled = 0;
        for (var from = row.IndexOf((byte)1); from >= 0; )
        {
            row[from] = 0;
            var run = row[(from + 1)..].IndexOf((byte)1);
            var to = run < 0 ? width : from + 1 + run;
            if (run >= 0)
                row[to] = 0;
            Fill(y, from, to, value);
            filled += to - from;
            var next = run < 0 ? -1 : row[(to + 1)..].IndexOf((byte)1);
            from = next < 0 ? -1 : to + 1 + next;
        }

        return filled;
    }

    private void Spend(int count)
    {
        crossings += count;
        if (crossings > ShapeLimits.MaxCrossings)
            throw new RoadSegException(
                ErrorCodes.MaskTooComplex,
                $"The outlines of this image cross its rows more than {ShapeLimits.MaxCrossings:N0} times: they are noise rather than "
                    + "regions."
            );
    }

    private static byte[] Empty(int width, int height)
    {
        var plane = ArrayPool<byte>.Shared.Rent(width * height);
        plane.AsSpan(0, width * height).Clear();
        return plane;
    }
}
