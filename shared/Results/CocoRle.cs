using RoadSeg.Errors;

namespace RoadSeg.Results;

/// <summary>Run lengths of binary masks as COCO defines them: column by column, starting with the pixels outside.</summary>
/// <remarks>Format: the mask API of https://github.com/cocodataset/cocoapi (common/maskApi.h and maskApi.c).</remarks>
public static class CocoRle
{
    // Columns that are turned into rows at once: whole cache lines of the mask are read.
    private const int Block = 64;

    /// <summary>Counts of every class of a mask.</summary>
    /// <param name="ids">Shape [height, width].</param>
    /// <param name="width">Width in pixels, at least 1.</param>
    /// <param name="height">Height in pixels, at least 1.</param>
    /// <param name="maxRuns">Runs along columns that the mask may have.</param>
    /// <returns>256 entries by class id; null for an id without pixels. Each sums to width x height.</returns>
    /// <exception cref="ArgumentException">The size does not fit the ids.</exception>
    /// <exception cref="RoadSegException">mask-too-complex: more runs than allowed.</exception>
    public static IReadOnlyList<IReadOnlyList<int>?> Counts(ReadOnlySpan<byte> ids, int width, int height, int maxRuns)
    {
        Imaging.IdPlane.CheckSize(ids.Length, width, height);
        var counts = new List<int>?[256];
        var ends = new int[256];
        var columns = new byte[Math.Min(Block, width) * height];
        var (runs, start, current) = (0, 0, ids[0]);
        for (var left = 0; left < width; left += Block)
        {
            var block = columns.AsSpan(0, Transpose(ids, width, height, left, columns));
            for (var at = 0; ; )
            {
                var run = block[at..].IndexOfAnyExcept(current);
                if (run < 0)
                    break;
                at += run;
                Add(current, start, (left * height) + at);
                start = (left * height) + at;
                current = block[at];
            }
        }

        Add(current, start, ids.Length);
        for (var id = 0; id < counts.Length; id++)
        {
            if (counts[id] is { } list && ends[id] < ids.Length)
                list.Add(ids.Length - ends[id]);
        }

        return counts;

        void Add(byte id, int from, int to)
        {
            if (++runs > maxRuns)
                throw MaskRuns.TooComplex(maxRuns);
            var list = counts[id] ??= [];
            list.Add(from - ends[id]);
            list.Add(to - from);
            ends[id] = to;
        }
    }

    /// <summary>The string form that pycocotools writes: from the fourth count on the difference to the count two before; each number
    /// in groups of five bits, the lowest first, the sixth bit saying that more follow and the last group's top bit being the
    /// sign; each group as one character from '0' on.</summary>
    /// <param name="counts">Run lengths, not negative.</param>
    public static string Compress(IReadOnlyList<int> counts)
    {
        ArgumentNullException.ThrowIfNull(counts);
        var text = new System.Text.StringBuilder(2 * counts.Count);
        for (var i = 0; i < counts.Count; i++)
        {
            var rest = i > 2 ? counts[i] - counts[i - 2] : counts[i];
            for (var more = true; more; )
            {
                var group = rest & 0x1F;
                rest >>= 5;
                more = rest != ((group & 0x10) != 0 ? -1 : 0);
                text.Append((char)('0' + (more ? group | 0x20 : group)));
            }
        }

        return text.ToString();
    }

    /// <summary>Run lengths of the string form that <see cref="Compress"/> writes.</summary>
    /// <param name="text">Characters '0' to 'o'.</param>
    /// <returns>Counts as they stand there: whether they are of any mask is not looked at.</returns>
    /// <exception cref="FormatException">Another character, cut short, or a count of more than 32 bits; the message is for
    /// people.</exception>
    public static List<int> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var counts = new List<int>(text.Length);
        for (var at = 0; at < text.Length; )
        {
            long value = 0;
            var shift = 0;
            for (var more = true; more; shift += 5)
            {
                if (at == text.Length)
                    throw new FormatException("it is cut short.");
                var group = text[at] - '0';
                if (group is < 0 or > 63 || shift > 30)
                    throw new FormatException($"character {at + 1} is none of theirs.");
                at++;
                value |= (long)(group & 0x1F) << shift;
                more = (group & 0x20) != 0;
                if (!more && (group & 0x10) != 0)
                    value |= -1L << (shift + 5);
            }

            if (counts.Count > 2)
                value += counts[^2];
            counts.Add(
                value is >= int.MinValue and <= int.MaxValue ? (int)value : throw new FormatException("a count has more than 32 bits.")
            );
        }

        return counts;
    }

    // [height, width] from column left on, as [columns, height].
    private static int Transpose(ReadOnlySpan<byte> ids, int width, int height, int left, Span<byte> columns)
    {
        var count = Math.Min(Block, width - left);
        for (var y = 0; y < height; y++)
        {
            var row = ids.Slice((y * width) + left, count);
            for (int x = 0, to = y; x < row.Length; x++, to += height)
                columns[to] = row[x];
        }

        return count * height;
    }
}
