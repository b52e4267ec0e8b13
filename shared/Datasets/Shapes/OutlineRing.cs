using System.Globalization;
using System.Text.Json;

namespace RoadSeg.Datasets.Shapes;

/// <summary>Reads points as tools write them. What is odd is an <see cref="InvalidDataException"/> in words for people.</summary>
internal static class OutlineRing
{
    /// <summary>A list of x, y, x, y ... as COCO has it.</summary>
    public static double[] Flat(JsonElement numbers)
    {
        if (numbers.ValueKind != JsonValueKind.Array)
            throw new InvalidDataException("an outline is no list of numbers.");
        Fits(numbers.GetArrayLength() / 2);
        return Checked([.. numbers.EnumerateArray().Select(Number)]);
    }

    /// <summary>A list of [x, y].</summary>
    /// <param name="points">The list.</param>
    /// <param name="least">Points that it takes.</param>
    public static double[] Pairs(JsonElement points, int least = 3)
    {
        if (points.ValueKind != JsonValueKind.Array)
            throw new InvalidDataException("an outline is no list of points.");
        Fits(points.GetArrayLength());
        var ring = new List<double>(2 * points.GetArrayLength());
        foreach (var (x, y) in points.EnumerateArray().Select(Point))
            ring.AddRange([x, y]);
        return Checked([.. ring], least);
    }

    /// <summary>[x, y].</summary>
    public static (double X, double Y) Point(JsonElement point) =>
        point.ValueKind == JsonValueKind.Array && point.GetArrayLength() == 2
            ? (Number(point[0]), Number(point[1]))
            : throw new InvalidDataException("a point is no [x, y].");

    /// <summary>Numbers with something between them, such as <c>1.5,2;3,4</c>.</summary>
    public static double[] Text(ReadOnlySpan<char> text, params ReadOnlySpan<char> between)
    {
        var ring = new List<double>();
        foreach (var part in text.SplitAny(between))
        {
            if (text[part].IsWhiteSpace())
                continue;
            ring.Add(Number(text[part]));
            Fits(ring.Count / 2);
        }

        return Checked([.. ring]);
    }

    public static double Number(ReadOnlySpan<char> text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? Checked(number)
            : throw new InvalidDataException($"{DatasetErrors.Shown(text.ToString())} is no number.");

    public static double Number(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number)
            ? Checked(number)
            : throw new InvalidDataException("a coordinate is no number.");

    /// <summary>A ring that can be drawn: an even number of numbers, and enough points.</summary>
    public static double[] Checked(double[] ring, int least = 3)
    {
        if (ring.Length % 2 != 0)
            throw new InvalidDataException($"an outline has {ring.Length} numbers: x and y do not pair.");
        return ring.Length / 2 >= least
            ? ring
            : throw new InvalidDataException($"an outline has {Said(ring.Length / 2, "point")}; it takes {least}.");
    }

    private static double Checked(double number) =>
        Math.Abs(number) <= ShapeLimits.MaxCoordinate
            ? number
            : throw new InvalidDataException($"a coordinate is not within {ShapeLimits.MaxCoordinate:N0} to both sides of 0.");

    private static void Fits(int points)
    {
        if (points > ShapeLimits.MaxPoints)
            throw new InvalidDataException($"an outline has more than {ShapeLimits.MaxPoints:N0} points.");
    }

    private static string Said(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";
}
