using RoadSeg.Datasets.Shapes;

namespace RoadSeg.Tests.Datasets.Shapes;

/// <summary>Draws shapes for a test and shows what came of it.</summary>
internal static class Drawing
{
    public const int Nothing = -9;

    public static readonly PaintRules AsWritten = new(LargerFirst: false, null, Nothing, null);

    public static readonly PaintRules LargerFirst = new(LargerFirst: true, null, Nothing, null);

    public static OutlineShape Ring(int key, params double[] ring) => Of(key, ShapePart.Of(ring));

    public static OutlineShape Of(int key, params ShapePart[] parts) => new(key, 0, $"Shape {key}", PointMeaning.Place, PointUnit.Pixels, parts);

    public static OutlineShape Pixels(int key, params double[] ring) => Ring(key, ring) with { Points = PointMeaning.Pixel };

    public static OutlineShape Box(int key, double left, double top, double right, double bottom) => Ring(key, left, top, right, top, right, bottom, left, bottom);

    public static int[] Paint(int width, int height, PaintRules rules, params Shape[] shapes) => Paint(width, height, rules, out _, shapes);

    public static int[] Paint(int width, int height, PaintRules rules, out Painted painted, params Shape[] shapes)
    {
        var values = new int[width * height];
        painted = ShapePainter.Paint(shapes, rules, values, width, height);
        return values;
    }

    /// <summary>A digit a pixel, '.' where nothing was drawn.</summary>
    public static string[] Rows(int width, int height, params Shape[] shapes) => Rows(Paint(width, height, AsWritten, shapes), width);

    public static string[] Rows(int[] values, int width) =>
        [.. values.Chunk(width).Select(row => string.Concat(row.Select(value => value == Nothing ? "." : $"{value}")))];
}
