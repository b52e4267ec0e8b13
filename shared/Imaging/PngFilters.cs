using System.Numerics;

namespace RoadSeg.Imaging;

/// <summary>Undoes the five row filters of PNG (ISO/IEC 15948, 9.2) for pictures of at most one byte a pixel.</summary>
internal static class PngFilters
{
    public const byte Up = 2;

    /// <summary>Turns a filtered row into samples, in place.</summary>
    /// <param name="filter">Filter type, the byte before the row.</param>
    /// <param name="row">The row.</param>
    /// <param name="above">The samples of the row above; zeros for the first.</param>
    /// <returns>False when there is no such filter.</returns>
    public static bool Undo(byte filter, Span<byte> row, ReadOnlySpan<byte> above)
    {
        switch (filter)
        {
            case 0:
                return true;
            case 1:
                for (var i = 1; i < row.Length; i++)
                    row[i] += row[i - 1];
                return true;
            case Up:
                Add(row, above);
                return true;
            case 3:
                for (var i = 0; i < row.Length; i++)
                    row[i] += (byte)(((i > 0 ? row[i - 1] : 0) + above[i]) >> 1);
                return true;
            case 4:
                for (var i = 0; i < row.Length; i++)
                    row[i] += i > 0 ? Paeth(row[i - 1], above[i], above[i - 1]) : above[i];
                return true;
            default:
                return false;
        }
    }

    private static void Add(Span<byte> row, ReadOnlySpan<byte> above)
    {
        var i = 0;
        for (; i + Vector<byte>.Count <= row.Length; i += Vector<byte>.Count)
            (new Vector<byte>(row[i..]) + new Vector<byte>(above[i..])).CopyTo(row[i..]);
        for (; i < row.Length; i++)
            row[i] += above[i];
    }

    private static byte Paeth(byte left, byte up, byte upLeft)
    {
        var estimate = left + up - upLeft;
        var (toLeft, toUp, toUpLeft) = (Math.Abs(estimate - left), Math.Abs(estimate - up), Math.Abs(estimate - upLeft));
        return toLeft <= toUp && toLeft <= toUpLeft ? left
            : toUp <= toUpLeft ? up
            : upLeft;
    }
}
