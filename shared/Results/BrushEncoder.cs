namespace RoadSeg.Results;

/// <summary>Label Studio's run lengths of a brush: a stream of bits about an RGBA picture of 8 bits a sample, all four of them 255 where
/// the brush painted and 0 elsewhere. First the number of samples (32 bits), bits of a sample less 1 (5), and four sizes of run lengths
/// less 1 (4 each: 3, 4, 8 and 16 bits); then for each run a 1, which of the sizes (2 bits), its length less 1 and its sample.</summary>
/// <remarks>Definition: thi.ng/rle-pack, as <c>encode_rle</c> of HumanSignal/label-studio-sdk (<c>converter/brush.py</c>) writes
/// it.</remarks>
public static class BrushEncoder
{
    private const int Channels = 4;
    private const byte Painted = 255;

    private static readonly int[] Sizes = [3, 4, 8, 16];

    /// <summary>Encodes the pixels of a brush.</summary>
    /// <param name="runs">What it painted, row by row and from left to right, no pixel twice.</param>
    /// <param name="width">Width of the picture in pixels.</param>
    /// <param name="height">Height of the picture in pixels; width times height is less than 2^30.</param>
    /// <returns>The bytes of the stream, filled up with zero bits.</returns>
    public static byte[] Encode(IEnumerable<MaskRun> runs, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(runs);
        var samples = checked((uint)((long)width * height * Channels));
        var bits = new Bits();
        bits.Write(samples, 32);
        bits.Write(8 - 1, 5);
        foreach (var size in Sizes)
            bits.Write((uint)size - 1, 4);
        var (written, from, to) = (0L, 0L, 0L);
        foreach (var (row, start, end) in runs)
        {
            // A run that goes on in the next row is one of the stream's.
            var (begin, after) = (Channels * (((long)row * width) + start), Channels * (((long)row * width) + end));
            if (begin == to)
            {
                to = after;
                continue;
            }

            Paint();
            (from, to) = (begin, after);
        }

        Paint();
        Run(samples - written, 0);
        return bits.ToArray();

        void Paint()
        {
            if (from == to)
                return;
            Run(from - written, 0);
            Run(to - from, Painted);
            written = to;
        }

        void Run(long length, byte sample)
        {
            if (length == 0)
                return;
            var size = Array.FindIndex(Sizes, bits => length <= 1 << bits) is >= 0 and var fits ? fits : Sizes.Length - 1;
            for (; length > 0; length -= 1 << Sizes[^1])
            {
                bits.Write(1, 1);
                bits.Write((uint)size, 2);
                bits.Write((uint)Math.Min(length, 1 << Sizes[^1]) - 1, Sizes[size]);
                bits.Write(sample, 8);
            }
        }
    }

    // From the highest bit of each byte to its lowest.
    private sealed class Bits
    {
        private readonly List<byte> _bytes = [];
        private int _current;
        private int _count;

        public void Write(uint value, int bits)
        {
            for (var bit = bits - 1; bit >= 0; bit--)
            {
                _current = (_current << 1) | (int)((value >> bit) & 1);
                if (++_count == 8)
                {
                    _bytes.Add((byte)_current);
                    (_current, _count) = (0, 0);
                }
            }
        }

        public byte[] ToArray() => _count == 0 ? [.. _bytes] : [.. _bytes, (byte)(_current << (8 - _count))];
    }
}
