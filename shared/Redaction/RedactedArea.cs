using RoadSeg.Inference;
using RoadSeg.Labels;

namespace RoadSeg.Redaction;

/// <summary>The pixels of a photo that are to be obscured.</summary>
/// <param name="Pixels">Shape [height, width]: 255 where it is, 0 elsewhere.</param>
/// <param name="Margin">Pixels by which the classes' own area was widened.</param>
/// <param name="Count">Pixels of it.</param>
public sealed record RedactedArea(byte[] Pixels, int Margin, long Count)
{
    private const byte In = 255;

    /// <summary>What a segmentation is to be asked for, so that an area can be made of it: the probability of all the classes
    /// together.</summary>
    /// <param name="classes">The classes to obscure.</param>
    /// <param name="labels">The model's classes.</param>
    public static AskedClasses Asked(IReadOnlyList<LabelClass> classes, LabelCatalogue labels)
    {
        ArgumentNullException.ThrowIfNull(classes);
        ArgumentNullException.ThrowIfNull(labels);
        return new AskedClasses(null, [.. labels.Classes.Select(label => classes.Contains(label) ? 0 : -1)]);
    }

    /// <summary>The area: each pixel of a class, or whose probability is enough, and all within the margin of one (a square around it, so
    /// that it is nowhere narrower than the margin).</summary>
    /// <param name="seen">A segmentation that was <see cref="Asked"/>; of a model without probabilities the mask alone counts.</param>
    /// <param name="classes">The classes to obscure.</param>
    /// <param name="rule">How far and how surely.</param>
    public static RedactedArea Of(SegmentationResult seen, IReadOnlyList<LabelClass> classes, RedactionRule rule)
    {
        ArgumentNullException.ThrowIfNull(seen);
        ArgumentNullException.ThrowIfNull(classes);
        ArgumentNullException.ThrowIfNull(rule);
        var isOne = new bool[256];
        foreach (var label in classes)
            isOne[label.Id] = true;
        var least = (int)Math.Ceiling(255 * rule.Probability);
        var area = GC.AllocateUninitializedArray<byte>(seen.ClassIds.Length);
        for (var i = 0; i < area.Length; i++)
            area[i] = isOne[seen.ClassIds[i]] || (seen.Asked is { } probability && probability[i] >= least) ? In : (byte)0;
        var margin = rule.MarginOf(seen.Width, seen.Height);
        Widen(area, seen.Width, seen.Height, margin);
        return new RedactedArea(area, margin, area.LongLength - area.AsSpan().Count((byte)0));
    }

    // Rows first, then columns: the square as two lines. Each pass looks at a pixel twice, whatever the margin is.
    private static void Widen(Span<byte> area, int width, int height, int margin)
    {
        for (var y = 0; y < height; y++)
        {
            var row = area.Slice(y * width, width);
            for (int x = row.IndexOf(In), done = 0; x >= 0; )
            {
                var length = row[x..].IndexOfAnyExcept(In);
                var (end, from) = (length < 0 ? width : x + length, Math.Max(done, x - margin));
                var next = end == width ? -1 : row[end..].IndexOf(In);
                done = next < 0 ? Math.Min(width, end + margin) : Math.Min(end + margin, end + next);
                row[from..done].Fill(In);
                x = next < 0 ? -1 : end + next;
            }
        }

        // Rows since the last one above, or below, that was in; per column.
        var since = new int[width];
        Array.Fill(since, margin + 1);
        for (var y = 0; y < height; y++)
            Follow(area.Slice(y * width, width), since, margin);
        Array.Fill(since, margin + 1);
        for (var y = height - 1; y >= 0; y--)
            Follow(area.Slice(y * width, width), since, margin);
    }

    private static void Follow(Span<byte> row, int[] since, int margin)
    {
        for (var x = 0; x < row.Length; x++)
        {
            if (row[x] == In)
                since[x] = 0;
            else if (since[x]++ < margin)
                row[x] = In;
        }
    }
}
