using System.Runtime.InteropServices;
using RoadSeg.Datasets.Mapping;

namespace RoadSeg.Datasets.Masks;

/// <summary>What a mask holds: every value with its pixels, and what the map makes of them.</summary>
/// <param name="Values">Pixels by value; beyond <see cref="MostValues"/> all go to <see cref="MaskValues.More"/>.</param>
/// <param name="Ids">Class ids [height, width] at the wanted size; 255 where unlabelled.</param>
/// <param name="Labelled">Pixels with a class, at the mask's own size.</param>
/// <param name="Unknown">Pixels of values that the map does not know.</param>
/// <param name="Ambiguous">Pixels of values that mean several classes.</param>
/// <param name="Overlap">Pixels that several labels cover.</param>
/// <param name="Blended">Unknown pixels whose value lies between those of two labels beside them.</param>
internal sealed record MaskScan(
    Dictionary<int, long> Values,
    byte[] Ids,
    long Labelled,
    long Unknown,
    long Ambiguous,
    long Overlap,
    long Blended
)
{
    public const byte Unlabelled = 255;
    public const int MostValues = 4096;

    // Smoothing spreads a border over this many pixels to each side.
    private const int Reach = 3;

    public static MaskScan Of(MaskValues mask, LabelMap map, int width, int height)
    {
        var values = Count(mask);
        long labelled = 0,
            unknown = 0,
            ambiguous = 0,
            overlap = 0;
        foreach (var (key, pixels) in values)
        {
            if (key == MaskValues.Overlap)
                overlap += pixels;
            else if (map.TryGet(key, out var entry))
                labelled += entry!.ClassId is null ? 0 : pixels;
            else if (map.Ambiguous.ContainsKey(key))
                ambiguous += pixels;
            else
                unknown += pixels;
        }

        var blended = unknown > 0 ? CountBlended(mask, map) : 0;
        return new MaskScan(values, Resize(mask, map, width, height), labelled, unknown, ambiguous, overlap, blended);
    }

    private static Dictionary<int, long> Count(MaskValues mask)
    {
        var counts = new Dictionary<int, long>();
        for (var rest = (ReadOnlySpan<int>)mask.Values; rest.Length > 0; )
        {
            var value = rest[0];
            var run = rest.IndexOfAnyExcept(value);
            if (run < 0)
                run = rest.Length;
            if (counts.Count >= MostValues && !counts.ContainsKey(value))
                value = MaskValues.More;
            CollectionsMarshal.GetValueRefOrAddDefault(counts, value, out _) += run;
            rest = rest[run..];
        }

        return counts;
    }

    // Nearest by half-pixel centres, as the trainer crops masks.
    private static byte[] Resize(MaskValues mask, LabelMap map, int width, int height)
    {
        var ids = new byte[width * height];
        var columns = new int[width];
        for (var x = 0; x < width; x++)
            columns[x] = (int)Math.Min(mask.Width - 1, (x + 0.5) * mask.Width / width);
        var (last, id) = (int.MinValue, Unlabelled);
        for (var y = 0; y < height; y++)
        {
            var row = mask.Row((int)Math.Min(mask.Height - 1, (y + 0.5) * mask.Height / height));
            for (var x = 0; x < width; x++)
            {
                var value = row[columns[x]];
                if (value != last)
                    (last, id) = (value, map.TryGet(value, out var entry) && entry!.ClassId is { } known ? (byte)known : Unlabelled);
                ids[(y * width) + x] = id;
            }
        }

        return ids;
    }

    private static long CountBlended(MaskValues mask, LabelMap map)
    {
        long blended = 0;
        var color = map.Encoding == MaskEncoding.Color;
        var values = mask.Values;
        var (last, known) = (int.MinValue, false);
        for (var y = 0; y < mask.Height; y++)
        {
            for (var x = 0; x < mask.Width; x++)
            {
                var value = values[(y * mask.Width) + x];
                if (
                    !Known(value)
                    && value >= 0
                    && (Between(value, Near(x, y, -1, 0), Near(x, y, 1, 0)) || Between(value, Near(x, y, 0, -1), Near(x, y, 0, 1)))
                )
                    blended++;
            }
        }

        return blended;

        bool Known(int value)
        {
            if (value != last)
                (last, known) = (value, map.TryGet(value, out _));
            return known;
        }

        int Near(int x, int y, int dx, int dy)
        {
            for (var step = 1; step <= Reach; step++)
            {
                var (nx, ny) = (x + (dx * step), y + (dy * step));
                if (nx < 0 || ny < 0 || nx >= mask.Width || ny >= mask.Height)
                    return -1;
                if (map.TryGet(mask.Values[(ny * mask.Width) + nx], out _))
                    return mask.Values[(ny * mask.Width) + nx];
            }

            return -1;
        }

        bool Between(int value, int a, int b)
        {
            if (a < 0 || b < 0 || a == b)
                return false;
            return color
                ? Lies(value >> 16, a >> 16, b >> 16)
                    && Lies((value >> 8) & 255, (a >> 8) & 255, (b >> 8) & 255)
                    && Lies(value & 255, a & 255, b & 255)
                : Lies(value, a, b);
        }

        // Two levels of slack for rounding and for ringing of sharper filters.
        static bool Lies(int value, int a, int b) => value >= Math.Min(a, b) - 2 && value <= Math.Max(a, b) + 2;
    }
}
