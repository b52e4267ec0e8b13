using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace RoadSeg.Datasets.Files;

/// <summary>Unicode's composed form (NFC) of names: a Mac hands out "é" as a letter and an accent, everything else as one character, and
/// both mean one file. The program runs without ICU (<c>InvariantGlobalization</c>), where <see cref="string.Normalize()"/> returns its
/// input. The tables are Unicode 14's, written by <c>tests/golden/unicode/make.py</c> from Python's <c>unicodedata</c>.</summary>
internal static class Nfc
{
    // Below U+0300 every text is composed.
    private const char First = '\u0300';
    private const int SBase = 0xAC00,
        LBase = 0x1100,
        VBase = 0x1161,
        TBase = 0x11A7,
        LCount = 19,
        VCount = 21,
        TCount = 28,
        SCount = LCount * VCount * TCount;

    private static readonly Lazy<Tables> Unicode = new(Read);

    private sealed record Tables(
        FrozenDictionary<int, int[]> Parts,
        FrozenDictionary<(int, int), int> Whole,
        FrozenDictionary<int, byte> Class
    );

    /// <summary>The composed form; the text itself where it is that already. What is no valid UTF-16 stays as it is.</summary>
    public static string Of(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange(First, char.MaxValue))
            return text;
        var points = new List<int>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var pair = char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
            Decompose(pair ? char.ConvertToUtf32(text[i], text[++i]) : text[i], points);
        }

        Order(points);
        var composed = Compose(points);
        return text.AsSpan().SequenceEqual(composed) ? text : composed;
    }

    private static void Decompose(int point, List<int> into)
    {
        if (point is >= SBase and < SBase + SCount)
        {
            var s = point - SBase;
            into.Add(LBase + (s / (VCount * TCount)));
            into.Add(VBase + (s % (VCount * TCount) / TCount));
            if (s % TCount > 0)
                into.Add(TBase + (s % TCount));
        }
        else if (Unicode.Value.Parts.TryGetValue(point, out var parts))
        {
            foreach (var part in parts)
                Decompose(part, into);
        }
        else
        {
            into.Add(point);
        }
    }

    // Marks of different classes commute; those of one class keep their order.
    private static void Order(List<int> points)
    {
        for (var i = 1; i < points.Count; i++)
        {
            var rank = ClassOf(points[i]);
            if (rank == 0)
                continue;
            var (point, at) = (points[i], i);
            for (; at > 0 && ClassOf(points[at - 1]) > rank; at--)
                points[at] = points[at - 1];
            points[at] = point;
        }
    }

    private static string Compose(List<int> points)
    {
        var (starter, last, kept) = (-1, -1, 0);
        for (var i = 0; i < points.Count; i++)
        {
            var (point, rank) = (points[i], ClassOf(points[i]));
            if (starter >= 0 && last < rank && Pair(points[starter], point) is { } whole)
            {
                points[starter] = whole;
                continue;
            }

            // What stands directly behind its starter is blocked by nothing.
            (starter, last) = rank == 0 ? (kept, -1) : (starter, rank);
            points[kept++] = point;
        }

        var text = new StringBuilder(kept);
        foreach (var point in points.Take(kept))
            _ = point < 0x10000 ? text.Append((char)point) : text.Append(char.ConvertFromUtf32(point));
        return text.ToString();
    }

    private static int? Pair(int first, int second)
    {
        if (first is >= LBase and < LBase + LCount && second is >= VBase and < VBase + VCount)
            return SBase + ((((first - LBase) * VCount) + second - VBase) * TCount);
        if (first is >= SBase and < SBase + SCount && (first - SBase) % TCount == 0 && second is > TBase and < TBase + TCount)
            return first + second - TBase;
        return Unicode.Value.Whole.TryGetValue((first, second), out var whole) ? whole : null;
    }

    private static byte ClassOf(int point) => point < First ? (byte)0 : Unicode.Value.Class.GetValueOrDefault(point);

    // Lines: "= point part [part]" where it composes again, "~ point part [part]" where it does not, "c class first-last" for marks;
    // hexadecimal.
    private static Tables Read()
    {
        using var stream = typeof(Nfc).Assembly.GetManifestResourceStream("RoadSeg.Datasets.Files.nfc.txt")!;
        using var reader = new StreamReader(stream, Encoding.ASCII);
        var (parts, whole, ranks) = (new Dictionary<int, int[]>(), new Dictionary<(int, int), int>(), new Dictionary<int, byte>());
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#'))
                continue;
            var words = line.Split(' ')
                .Skip(1)
                .Select(word =>
                    word.Split('-').Select(hex => int.Parse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)).ToArray()
                )
                .ToList();
            if (line[0] == 'c')
            {
                for (var point = words[1][0]; point <= words[1][^1]; point++)
                    ranks[point] = (byte)words[0][0];
            }
            else
            {
                parts[words[0][0]] = [.. words.Skip(1).Select(word => word[0])];
                if (line[0] == '=')
                    whole[(words[1][0], words[2][0])] = words[0][0];
            }
        }

        return new Tables(parts.ToFrozenDictionary(), whole.ToFrozenDictionary(), ranks.ToFrozenDictionary());
    }
}
