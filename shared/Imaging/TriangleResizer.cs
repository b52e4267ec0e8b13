using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace RoadSeg.Imaging;

/// <summary>Resizes RGB rows as they come. Our own because libvips cuts the weights of 8-bit pictures to 12 bits: a reduction
/// by 20 comes out two levels darker. Sums in float and rounds once; the order of additions does not depend on the
/// machine's vector width, so every machine gives the same pixels. The inner loops are compiled in full at once: the first
/// photo after a start should not wait for the runtime to warm up.</summary>
internal sealed class TriangleResizer
{
    private readonly TriangleWeights horizontal;
    private readonly TriangleWeights vertical;
    private readonly int inWidth;
    private readonly int inHeight;
    private readonly int outWidth;
    private readonly int outHeight;

    // Reducing rows first means that the costly pass along the row runs once per output row; enlarging, once per input row.
    private readonly bool rowsFirst;
    private readonly byte[] pixels;
    private readonly float[] wide;
    private readonly float[] narrow;
    private readonly float[]?[] sums;
    private readonly Stack<float[]> spare = new();
    private int nextIn;
    private int nextOut;

    /// <param name="inWidth">Pixels of a row that will come.</param>
    /// <param name="inHeight">Rows that will come.</param>
    /// <param name="extentX">Width the row stands for, in its pixels: inWidth, or up to 1 more when the row's end was cut off.</param>
    /// <param name="extentY">Height the rows stand for, likewise.</param>
    /// <param name="outWidth">Width to make.</param>
    /// <param name="outHeight">Height to make.</param>
    public TriangleResizer(int inWidth, int inHeight, double extentX, double extentY, int outWidth, int outHeight)
    {
        (this.inWidth, this.inHeight, this.outWidth, this.outHeight) = (inWidth, inHeight, outWidth, outHeight);
        horizontal = new TriangleWeights(inWidth, extentX, outWidth);
        vertical = new TriangleWeights(inHeight, extentY, outHeight);
        rowsFirst = outHeight < inHeight;
        pixels = GC.AllocateUninitializedArray<byte>(checked(3 * outWidth * outHeight));
        // One float more than the channels: pixels are read and written four floats at a time.
        wide = new float[(3 * inWidth) + 1];
        narrow = new float[(3 * outWidth) + 1];
        sums = new float[outHeight][];
    }

    /// <summary>Takes the next rows: whole rows of [inWidth, 3] bytes.</summary>
    public void Push(ReadOnlySpan<byte> rows)
    {
        for (; rows.Length > 0; rows = rows[(3 * inWidth)..])
            PushRow(rows[..(3 * inWidth)]);
    }

    /// <summary>The picture, when all rows have come.</summary>
    public RgbImage Result() =>
        nextOut == outHeight
            ? new RgbImage(outWidth, outHeight, pixels)
            : throw new InvalidOperationException($"{nextIn} of {inHeight} rows came.");

    private void PushRow(ReadOnlySpan<byte> row)
    {
        Widen(row, wide);
        var source = wide;
        if (!rowsFirst)
        {
            Squeeze(wide, narrow);
            source = narrow;
        }

        for (var y = nextOut; y < outHeight && vertical.First(y) <= nextIn; y++)
        {
            var weights = vertical.Of(y);
            var offset = nextIn - vertical.First(y);
            if (offset >= weights.Length)
                continue;
            var sum = sums[y] ??= spare.TryPop(out var used) ? used : new float[source.Length];
            if (offset == 0)
                Scale(source, weights[0], sum);
            else
                Add(source, weights[offset], sum);
        }

        nextIn++;
        for (; nextOut < outHeight && vertical.End(nextOut) <= nextIn; nextOut++)
            Complete(nextOut);
    }

    private void Complete(int y)
    {
        var sum = sums[y]!;
        sums[y] = null;
        if (rowsFirst)
            Squeeze(sum, narrow);
        Round(rowsFirst ? narrow : sum, pixels.AsSpan(3 * outWidth * y, 3 * outWidth));
        spare.Push(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Squeeze(float[] from, float[] to)
    {
        ref var source = ref MemoryMarshal.GetArrayDataReference(from);
        ref var target = ref MemoryMarshal.GetArrayDataReference(to);
        for (var x = 0; x < outWidth; x++)
        {
            var sum = Vector128<float>.Zero;
            var at = (nuint)(3 * horizontal.First(x));
            foreach (var weight in horizontal.Of(x))
            {
                sum += Vector128.LoadUnsafe(ref source, at) * weight;
                at += 3;
            }

            // The fourth lane belongs to the next pixel, which overwrites it.
            sum.StoreUnsafe(ref target, (nuint)(3 * x));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Widen(ReadOnlySpan<byte> bytes, Span<float> floats)
    {
        var i = 0;
        for (; i + Vector<byte>.Count <= bytes.Length; i += Vector<byte>.Count)
        {
            Vector.Widen(new Vector<byte>(bytes[i..]), out var low, out var high);
            Vector.Widen(low, out var a, out var b);
            Vector.Widen(high, out var c, out var d);
            Vector.ConvertToSingle(Vector.AsVectorInt32(a)).CopyTo(floats[i..]);
            Vector.ConvertToSingle(Vector.AsVectorInt32(b)).CopyTo(floats[(i + Vector<float>.Count)..]);
            Vector.ConvertToSingle(Vector.AsVectorInt32(c)).CopyTo(floats[(i + (2 * Vector<float>.Count))..]);
            Vector.ConvertToSingle(Vector.AsVectorInt32(d)).CopyTo(floats[(i + (3 * Vector<float>.Count))..]);
        }

        for (; i < bytes.Length; i++)
            floats[i] = bytes[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scale(ReadOnlySpan<float> row, float weight, Span<float> sum)
    {
        var i = 0;
        for (; i + Vector<float>.Count <= row.Length; i += Vector<float>.Count)
            (new Vector<float>(row[i..]) * weight).CopyTo(sum[i..]);
        for (; i < row.Length; i++)
            sum[i] = row[i] * weight;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add(ReadOnlySpan<float> row, float weight, Span<float> sum)
    {
        var i = 0;
        for (; i + Vector<float>.Count <= row.Length; i += Vector<float>.Count)
            (new Vector<float>(sum[i..]) + (new Vector<float>(row[i..]) * weight)).CopyTo(sum[i..]);
        for (; i < row.Length; i++)
            sum[i] += row[i] * weight;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Round(ReadOnlySpan<float> row, Span<byte> bytes)
    {
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)Math.Min(row[i] + 0.5f, 255f);
    }
}
