using System.Buffers;
using System.Numerics;

namespace RoadSeg.Inference;

/// <summary>Scores of a whole picture, gathered run by run: shape [channels, height, width] in cells. However many runs there are, it is
/// the only plane that is held.</summary>
internal sealed class LogitsPlane : IDisposable
{
    private readonly float[] values;
    private readonly float[] row;

    public LogitsPlane(int channels, int height, int width)
    {
        (Channels, Height, Width) = (channels, height, width);
        values = ArrayPool<float>.Shared.Rent(checked(channels * height * width));
        row = ArrayPool<float>.Shared.Rent(2 * width);
        values.AsSpan(0, channels * height * width).Clear();
    }

    public int Channels { get; }

    public int Height { get; }

    public int Width { get; }

    public ReadOnlySpan<float> Values => values.AsSpan(0, Channels * Height * Width);

    /// <summary>Adds a tile's scores.</summary>
    /// <param name="scores">Shape [channels, rows.Length, columns.Length].</param>
    /// <param name="top">Its first row.</param>
    /// <param name="left">Its first column.</param>
    /// <param name="rows">Weights of its rows.</param>
    /// <param name="columns">Weights of its columns.</param>
    /// <param name="share">What is multiplied with both.</param>
    public void AddTile(ReadOnlySpan<float> scores, int top, int left, ReadOnlySpan<float> rows, ReadOnlySpan<float> columns, float share)
    {
        var weights = row.AsSpan(0, columns.Length);
        for (var y = 0; y < rows.Length; y++)
        {
            for (var x = 0; x < columns.Length; x++)
                weights[x] = share * rows[y] * columns[x];
            for (var c = 0; c < Channels; c++)
            {
                var from = scores.Slice(((c * rows.Length) + y) * columns.Length, columns.Length);
                Add(from, weights, values.AsSpan((((c * Height) + top + y) * Width) + left, columns.Length));
            }
        }
    }

    /// <summary>Adds scores of fewer cells for the whole picture, interpolated as <see cref="LogitsUpsampler"/> does.</summary>
    /// <param name="scores">Shape [channels, height, width].</param>
    /// <param name="height">Its rows.</param>
    /// <param name="width">Its columns.</param>
    /// <param name="share">What they are multiplied with.</param>
    public void AddWhole(ReadOnlySpan<float> scores, int height, int width, float share)
    {
        var (down, across) = (new ResampleAxis(height, Height), new ResampleAxis(width, Width));
        var lerped = row.AsSpan(0, width);
        for (var c = 0; c < Channels; c++)
        {
            for (var y = 0; y < Height; y++)
            {
                var above = scores.Slice(((c * height) + down.Index[y]) * width, width);
                var below = scores.Slice(((c * height) + Math.Min(down.Index[y] + 1, height - 1)) * width, width);
                for (var x = 0; x < width; x++)
                    lerped[x] = share * (above[x] + ((below[x] - above[x]) * down.Weight[y]));
                var to = values.AsSpan(((c * Height) + y) * Width, Width);
                for (var x = 0; x < Width; x++)
                {
                    var left = lerped[across.Index[x]];
                    to[x] += left + ((lerped[Math.Min(across.Index[x] + 1, width - 1)] - left) * across.Weight[x]);
                }
            }
        }
    }

    public void Dispose()
    {
        ArrayPool<float>.Shared.Return(values);
        ArrayPool<float>.Shared.Return(row);
    }

    private static void Add(ReadOnlySpan<float> from, ReadOnlySpan<float> weights, Span<float> to)
    {
        var x = 0;
        for (; x <= to.Length - Vector<float>.Count; x += Vector<float>.Count)
            (new Vector<float>(to[x..]) + (new Vector<float>(from[x..]) * new Vector<float>(weights[x..]))).CopyTo(to[x..]);
        for (; x < to.Length; x++)
            to[x] += from[x] * weights[x];
    }
}
