using System.Numerics;
using System.Runtime.InteropServices;

namespace RoadSeg.Inference;

/// <summary>Per-class pixel counts and sums of confidence bytes. Integers, so the order of adding does not matter.</summary>
internal sealed class PixelTotals(int classes)
{
    public long[] Pixels { get; } = new long[classes];

    public long[] ConfidenceSums { get; } = new long[classes];

    /// <summary>Adds a row run by run: neighbours mostly share a class.</summary>
    public void AddRow(ReadOnlySpan<byte> ids, ReadOnlySpan<byte> confidence)
    {
        while (!ids.IsEmpty)
        {
            var id = ids[0];
            var run = ids.IndexOfAnyExcept(id);
            if (run < 0)
                run = ids.Length;
            Pixels[id] += run;
            if (!confidence.IsEmpty)
            {
                ConfidenceSums[id] += Sum(confidence[..run]);
                confidence = confidence[run..];
            }

            ids = ids[run..];
        }
    }

    public void Add(PixelTotals other)
    {
        for (var id = 0; id < Pixels.Length; id++)
        {
            Pixels[id] += other.Pixels[id];
            ConfidenceSums[id] += other.ConfidenceSums[id];
        }
    }

    private static long Sum(ReadOnlySpan<byte> bytes)
    {
        long sum = 0;
        var vectors = MemoryMarshal.Cast<byte, Vector<byte>>(bytes);
        foreach (ref readonly var vector in vectors)
        {
            Vector.Widen(vector, out var low, out var high);
            sum += Vector.Sum(low + high);
        }

        foreach (var value in bytes[(vectors.Length * Vector<byte>.Count)..])
            sum += value;
        return sum;
    }
}
