using System.Numerics;
using RoadSeg.Imaging;

namespace RoadSeg.Datasets.Checks;

/// <summary>256 bits that stay nearly the same when a picture is recompressed, resized or slightly lightened: of a 17 x 16 grey reduction
/// each bit says whether a cell is darker than its right neighbour (difference hash).</summary>
internal readonly record struct PerceptualHash(ulong A, ulong B, ulong C, ulong D)
{
    /// <summary>Bits that may differ between two copies of one picture.</summary>
    public const int Near = 10;

    private const int Columns = 17;
    private const int Rows = 16;

    public static PerceptualHash Of(RgbImage image)
    {
        var small = ImageDecoder.ResizeTo(image, Columns, Rows).Pixels;
        Span<ulong> words = stackalloc ulong[4];
        for (var bit = 0; bit < 256; bit++)
        {
            var at = 3 * (((bit / 16) * Columns) + (bit % 16));
            if (Grey(small, at) < Grey(small, at + 3))
                words[bit >> 6] |= 1UL << (bit & 63);
        }

        return new PerceptualHash(words[0], words[1], words[2], words[3]);
    }

    /// <summary>Number of bits that differ.</summary>
    public int Distance(in PerceptualHash other) =>
        BitOperations.PopCount(A ^ other.A)
        + BitOperations.PopCount(B ^ other.B)
        + BitOperations.PopCount(C ^ other.C)
        + BitOperations.PopCount(D ^ other.D);

    /// <summary>True within <see cref="Near"/>, after looking at as little as needed.</summary>
    public bool IsNear(in PerceptualHash other) => BitOperations.PopCount(A ^ other.A) <= Near && Distance(other) <= Near;

    private static int Grey(byte[] pixels, int at) => (299 * pixels[at]) + (587 * pixels[at + 1]) + (114 * pixels[at + 2]);
}
