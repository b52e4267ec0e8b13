using System.Buffers;
using RoadSeg.Errors;

namespace RoadSeg.Datasets.Shapes;

/// <summary>Draws the shapes of an image over each other into a mask of label keys.</summary>
internal static class ShapePainter
{
    // Of a pixel: several labels cover it; its label came from a brush.
    private const byte Twice = 1;
    private const byte ByBrush = 2;

    /// <param name="shapes">In the order that they were written.</param>
    /// <param name="rules">What lies over what.</param>
    /// <param name="values">Shape [height, width]; filled with keys.</param>
    /// <param name="width">Pixels, at least 1.</param>
    /// <param name="height">Pixels, at least 1.</param>
    /// <exception cref="RoadSegException">image-corrupt, mask-too-complex: see <see cref="ShapeDrawer.Draw"/>.</exception>
    public static Painted Paint(IReadOnlyList<Shape> shapes, PaintRules rules, Span<int> values, int width, int height)
    {
        var painted = new Painted();
        values.Fill(rules.Background);
        using var plane = new ShapePlane(width, height);
        var notes = ArrayPool<byte>.Shared.Rent(width * height);
        try
        {
            notes.AsSpan(0, width * height).Clear();
            foreach (var shape in Ordered(shapes, rules, plane))
            {
                if (Draw(shape, plane, painted))
                    Put(shape, rules, plane, values, notes);
            }

            painted.Overlapped = Overlapped(notes.AsSpan(0, width * height), values, rules.Contested);
            return painted;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(notes);
        }
    }

    private static IEnumerable<Shape> Ordered(IReadOnlyList<Shape> shapes, PaintRules rules, ShapePlane plane)
    {
        var byRank = shapes.OrderBy(shape => rules.Ranks is { } ranks && ranks.TryGetValue(shape.Key, out var rank) ? rank : -1);
        return rules.LargerFirst && shapes.Count > 1
            ? byRank.ThenByDescending(shape => Area(shape, plane))
            : byRank.ThenBy(shape => shape.Order);
    }

    private static long Area(Shape shape, ShapePlane plane)
    {
        try
        {
            ShapeDrawer.Draw(shape, plane);
            return plane.Count();
        }
        catch (InvalidDataException)
        {
            // Drawing it says what is wrong with it.
            return 0;
        }
    }

    private static bool Draw(Shape shape, ShapePlane plane, Painted painted)
    {
        try
        {
            var drawn = ShapeDrawer.Draw(shape, plane);
            if (drawn.Beyond > 0)
            {
                painted.Clipped++;
                painted.Farthest = Math.Max(painted.Farthest, drawn.Beyond);
            }

            if (drawn.Crosses)
                painted.Crossing.Add(shape.Record);
            return true;
        }
        catch (InvalidDataException e)
        {
            painted.Odd.Add((shape.Record, e.Message));
            return false;
        }
    }

    private static void Put(Shape shape, PaintRules rules, ShapePlane plane, Span<int> values, Span<byte> notes)
    {
        var box = plane.Box;
        var brush = shape is BrushShape ? ByBrush : (byte)0;
        for (var y = box.Top; y < box.Bottom; y++)
        {
            var row = plane.Row(y);
            for (var x = box.Left; x < box.Right; x++)
            {
                if (row[x] == 0)
                    continue;
                var at = (y * plane.Width) + x;
                ref var value = ref values[at];
                ref var note = ref notes[at];
                if (value == shape.Key)
                {
                    note |= brush;
                    continue;
                }

                if (value == rules.Background)
                    (value, note) = (shape.Key, (byte)(note | brush));
                else
                    (value, note) = (
                        brush != 0 && (note & ByBrush) != 0 && rules.Contested is { } contested ? contested : shape.Key,
                        (byte)(Twice | brush)
                    );
            }
        }
    }

    private static long Overlapped(ReadOnlySpan<byte> notes, ReadOnlySpan<int> values, int? contested)
    {
        long count = 0;
        for (var i = 0; i < notes.Length; i++)
            count += (notes[i] & Twice) != 0 && values[i] != contested ? 1 : 0;
        return count;
    }
}
