using RoadSeg.Errors;

namespace RoadSeg.Datasets.Shapes;

/// <summary>Label Studio's run lengths of an RGBA picture: a stream of bits with the number of samples, the size of a sample, four sizes of
/// run lengths, then blocks of equal or single samples. The mask is the fourth channel.</summary>
internal static class BrushRle
{
    /// <returns>Alpha [height, width].</returns>
    /// <exception cref="RoadSegException">image-corrupt: another number of samples than 4 width height, or cut short.</exception>
    public static byte[] Alpha(ReadOnlySpan<byte> rle, int width, int height)
    {
        var total = 4L * width * height;
        var bits = new Bits(rle);
        if (bits.Read(32) != total)
            throw Corrupt($"does not hold {width} x {height} pixels");
        var wordSize = (int)bits.Read(5) + 1;
        if (wordSize > 8)
            throw Corrupt($"has samples of {wordSize} bits");
        Span<int> sizes = stackalloc int[4];
        foreach (ref var size in sizes)
            size = (int)bits.Read(4) + 1;

        var alpha = new byte[width * height];
        for (long i = 0; i < total; )
        {
            var repeated = bits.Read(1) == 1;
            var end = i + 1 + bits.Read(sizes[(int)bits.Read(2)]);
            if (end > total)
                throw Corrupt("holds more pixels than it says");
            var value = repeated ? (byte)bits.Read(wordSize) : (byte)0;
            for (; i < end; i++)
            {
                if (!repeated)
                    value = (byte)bits.Read(wordSize);
                if ((i & 3) == 3)
                    alpha[i >> 2] = value;
            }
        }

        return alpha;
    }

    private static RoadSegException Corrupt(string what) => new(ErrorCodes.ImageCorrupt, $"The brush label {what}. Export it again.");

    private ref struct Bits(ReadOnlySpan<byte> bytes)
    {
        private readonly ReadOnlySpan<byte> bytes = bytes;
        private long at;

        public long Read(int count)
        {
            if (at + count > bytes.Length * 8L)
                throw Corrupt("is cut short");
            long value = 0;
            for (; count > 0; count--, at++)
                value = (value << 1) | (long)((bytes[(int)(at >> 3)] >> (7 - (int)(at & 7))) & 1);
            return value;
        }
    }
}
