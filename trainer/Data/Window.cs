using RoadSeg.Imaging;

namespace RoadSeg.Trainer.Data;

/// <summary>A crop of a frame resized to a virtual size: antialiased bilinear for pictures (triangle filter scaled by the reduction,
/// half-pixel centres), nearest for masks. Parts outside the frame are filled.</summary>
internal readonly record struct Window(
    int SourceWidth,
    int SourceHeight,
    int ScaledWidth,
    int ScaledHeight,
    int Left,
    int Top,
    int Width,
    int Height,
    bool Flip
)
{
    public void Mask(ReadOnlySpan<byte> source, Span<byte> output, byte fill)
    {
        var columns = Nearest(Left, Width, SourceWidth, ScaledWidth);
        var rows = Nearest(Top, Height, SourceHeight, ScaledHeight);
        for (var y = 0; y < Height; y++)
        {
            var line = output.Slice(y * Width, Width);
            if (rows[y] < 0)
            {
                line.Fill(fill);
                continue;
            }

            var from = source.Slice(rows[y] * SourceWidth, SourceWidth);
            for (var x = 0; x < Width; x++)
                line[Flip ? Width - 1 - x : x] = columns[x] < 0 ? fill : from[columns[x]];
        }
    }

    /// <param name="source">RGB bytes [SourceHeight, SourceWidth, 3].</param>
    /// <param name="output">RGB values 0-255 [Height, Width, 3].</param>
    /// <param name="fill">Value outside the frame.</param>
    public void Image(ReadOnlySpan<byte> source, Span<float> output, float fill)
    {
        var columns = Taps(Left, Width, SourceWidth, ScaledWidth);
        var rows = Taps(Top, Height, SourceHeight, ScaledHeight);
        var first = int.MaxValue;
        var last = -1;
        foreach (var row in rows)
        {
            if (row.Weights.Length == 0)
                continue;
            first = Math.Min(first, row.Start);
            last = Math.Max(last, row.Start + row.Weights.Length - 1);
        }

        output.Fill(fill);
        if (last < 0)
            return;

        // Rows first along x, each source row once; then along y.
        var lines = new float[(last - first + 1) * Width * 3];
        for (var y = first; y <= last; y++)
            Horizontal(source.Slice(y * SourceWidth * 3, SourceWidth * 3), lines.AsSpan((y - first) * Width * 3, Width * 3), columns, fill);
        for (var y = 0; y < Height; y++)
        {
            var (start, weights) = rows[y];
            if (weights.Length == 0)
                continue;
            var line = output.Slice(y * Width * 3, Width * 3);
            line.Clear();
            for (var k = 0; k < weights.Length; k++)
                System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(
                    lines.AsSpan((start - first + k) * Width * 3, Width * 3),
                    weights[k],
                    line,
                    line
                );
        }
    }

    private void Horizontal(ReadOnlySpan<byte> from, Span<float> line, (int Start, float[] Weights)[] columns, float fill)
    {
        for (var x = 0; x < Width; x++)
        {
            var (start, weights) = columns[x];
            float r = 0,
                g = 0,
                b = 0;
            if (weights.Length == 0)
                r = g = b = fill;
            for (var k = 0; k < weights.Length; k++)
            {
                var at = (start + k) * 3;
                r += from[at] * weights[k];
                g += from[at + 1] * weights[k];
                b += from[at + 2] * weights[k];
            }

            var to = (Flip ? Width - 1 - x : x) * 3;
            line[to] = r;
            line[to + 1] = g;
            line[to + 2] = b;
        }
    }

    private static int[] Nearest(int offset, int count, int source, int scaled)
    {
        var result = new int[count];
        for (var i = 0; i < count; i++)
            result[i] = i + offset < 0 || i + offset >= scaled ? -1 : NearestCell.Of(i + offset, source, scaled);
        return result;
    }

    // The weights that serving resizes with (decision 0005), of those columns or rows of the scaled picture that the window shows.
    private static (int Start, float[] Weights)[] Taps(int offset, int count, int source, int scaled)
    {
        var triangle = new TriangleWeights(source, source, scaled);
        var result = new (int, float[])[count];
        for (var i = 0; i < count; i++)
            result[i] = i + offset < 0 || i + offset >= scaled ? (0, []) : (triangle.First(i + offset), triangle.Of(i + offset).ToArray());
        return result;
    }
}
