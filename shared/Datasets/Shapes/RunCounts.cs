using System.Text.Json;
using RoadSeg.Results;

namespace RoadSeg.Datasets.Shapes;

/// <summary>Reads run lengths as tools write them. What is odd is an <see cref="InvalidDataException"/> in words for people.</summary>
internal static class RunCounts
{
    /// <summary>Longest side of a box of run lengths.</summary>
    public const int MaxSide = 1 << 17;

    private const long MaxPixels = 1L << 30;

    /// <summary>COCO's two forms: a list of numbers, or the string that pycocotools writes.</summary>
    /// <param name="counts">The member "counts".</param>
    /// <param name="width">Of the box.</param>
    /// <param name="height">Of the box.</param>
    public static IReadOnlyList<int> Coco(JsonElement counts, int width, int height)
    {
        if (counts.ValueKind == JsonValueKind.Array)
            return Checked(
                [
                    .. counts
                        .EnumerateArray()
                        .Select(count =>
                            count.ValueKind == JsonValueKind.Number && count.TryGetInt32(out var number)
                                ? number
                                : throw new InvalidDataException("a run length is no whole number of 32 bits.")
                        ),
                ],
                width,
                height
            );
        if (counts.Text() is not { } text)
            throw new InvalidDataException("its run lengths are neither a list of numbers nor a text.");
        try
        {
            return Checked(CocoRle.Parse(text), width, height);
        }
        catch (FormatException e)
        {
            throw new InvalidDataException($"its run lengths are no text of COCO's: {e.Message}", e);
        }
    }

    /// <summary>Numbers with commas between them.</summary>
    public static IReadOnlyList<int> Text(ReadOnlySpan<char> text, int width, int height)
    {
        var counts = new List<int>();
        foreach (var part in text.Split(','))
            counts.Add(
                int.TryParse(text[part], System.Globalization.CultureInfo.InvariantCulture, out var count)
                    ? count
                    : throw new InvalidDataException($"{DatasetErrors.Shown(text[part].ToString())} is no run length.")
            );
        return Checked(counts, width, height);
    }

    /// <summary>The run lengths of pixels, row by row.</summary>
    /// <param name="pixels">0 outside.</param>
    public static IReadOnlyList<int> Of(ReadOnlySpan<byte> pixels)
    {
        var counts = new List<int>();
        for (var inside = false; ; inside = !inside)
        {
            var run = inside ? pixels.IndexOf((byte)0) : pixels.IndexOfAnyExcept((byte)0);
            counts.Add(run < 0 ? pixels.Length : run);
            if (run < 0)
                return counts;
            pixels = pixels[run..];
        }
    }

    /// <summary>A box that run lengths may have.</summary>
    public static (int Width, int Height) Box(int width, int height) =>
        width is >= 1 and <= MaxSide && height is >= 1 and <= MaxSide && (long)width * height <= MaxPixels
            ? (width, height)
            : throw new InvalidDataException($"its run lengths are of {width} x {height} pixels.");

    private static List<int> Checked(List<int> counts, int width, int height)
    {
        if (counts.Exists(count => count < 0))
            throw new InvalidDataException("a run length is negative.");
        var sum = counts.Sum(count => (long)count);
        return sum == (long)width * height
            ? counts
            : throw new InvalidDataException($"its run lengths add up to {sum:N0} pixels, not to {width} x {height}.");
    }
}
