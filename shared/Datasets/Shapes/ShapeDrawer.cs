using RoadSeg.Errors;

namespace RoadSeg.Datasets.Shapes;

/// <summary>Draws single shapes into a plane.</summary>
internal static class ShapeDrawer
{
    /// <summary>Clears the plane and draws the shape. What lies outside the picture is cut off.</summary>
    /// <exception cref="InvalidDataException">The shape is not of a picture of this size.</exception>
    /// <exception cref="RoadSegException">image-corrupt: brush run lengths are broken; mask-too-complex.</exception>
    public static Drawn Draw(Shape shape, ShapePlane plane)
    {
        plane.Clear();
        switch (shape)
        {
            case OutlineShape outline:
                return Outline(outline, plane);
            case RunShape runs:
                return Runs(runs, plane);
            case BrushShape brush:
                Brush(brush, plane);
                return default;
            default:
                throw new InvalidOperationException($"Shapes of {shape.GetType()} are not drawn.");
        }
    }

    private static Drawn Outline(OutlineShape shape, ShapePlane plane)
    {
        var drawn = default(Drawn);
        foreach (var part in shape.Parts)
        {
            drawn = drawn.With(Ring(shape, part.Outer, 1, plane));
            foreach (var hole in part.Holes)
                drawn = drawn.With(Ring(shape, hole, 0, plane));
        }

        return drawn;
    }

    private static Drawn Ring(OutlineShape shape, double[] ring, byte value, ShapePlane plane)
    {
        var (scaleX, scaleY) = shape.Unit switch
        {
            PointUnit.Percent => (plane.Width / 100.0, plane.Height / 100.0),
            PointUnit.Fraction => ((double)plane.Width, plane.Height),
            _ => (1, 1),
        };
        var places = new double[ring.Length];
        for (var i = 0; i < ring.Length; i += 2)
        {
            var (x, y) = (ring[i] * scaleX, ring[i + 1] * scaleY);
            (places[i], places[i + 1]) = shape.Points == PointMeaning.Pixel ? (Math.Floor(x) + 0.5, Math.Floor(y) + 0.5) : (x, y);
        }

        var beyond = RingMeasure.Beyond(places, plane.Width, plane.Height);
        var filled = plane.FillRing(places, value);

        // Cut off at the border the two areas differ without any crossing.
        var crosses = beyond == 0 && RingMeasure.Crosses(places, filled);
        if (shape.Points == PointMeaning.Pixel)
        {
            for (int i = 0, j = places.Length - 2; i < places.Length; j = i, i += 2)
                plane.FillLine(places[j] - 0.5, places[j + 1] - 0.5, places[i] - 0.5, places[i + 1] - 0.5, value);
        }

        return new Drawn(beyond, crosses);
    }

    private static Drawn Runs(RunShape shape, ShapePlane plane)
    {
        if (shape.OfPicture)
            OfSize(shape.Width, shape.Height, plane);
        long at = 0;
        var inside = false;
        foreach (var count in shape.Counts)
        {
            var end = at + count;
            for (; inside && at < end; )
                at += shape.ByColumn ? Down(shape, plane, at, end) : Along(shape, plane, at, end);
            at = end;
            inside = !inside;
        }

        return new Drawn(
            Math.Max(
                Math.Max(-shape.Left, -shape.Top),
                Math.Max(0, Math.Max((double)shape.Left + shape.Width - plane.Width, (double)shape.Top + shape.Height - plane.Height))
            ),
            false
        );
    }

    private static long Along(RunShape shape, ShapePlane plane, long at, long end)
    {
        var (x, y) = ((int)(at % shape.Width), (int)(at / shape.Width));
        var count = (int)Math.Min(shape.Width - x, end - at);
        if (shape.Top + (long)y is var row && row >= 0 && row < plane.Height)
            plane.Fill((int)row, Within((long)shape.Left + x, plane.Width), Within((long)shape.Left + x + count, plane.Width), 1);
        return count;
    }

    private static long Down(RunShape shape, ShapePlane plane, long at, long end)
    {
        var (x, y) = ((int)(at / shape.Height), (int)(at % shape.Height));
        var count = (int)Math.Min(shape.Height - y, end - at);
        if (shape.Left + (long)x is var column && column >= 0 && column < plane.Width)
            plane.FillColumn((int)column, Within((long)shape.Top + y, plane.Height), Within((long)shape.Top + y + count, plane.Height));
        return count;
    }

    private static void Brush(BrushShape shape, ShapePlane plane)
    {
        OfSize(shape.Width, shape.Height, plane);
        var alpha = BrushRle.Alpha(shape.Rle, shape.Width, shape.Height);
        for (var y = 0; y < plane.Height; y++)
        {
            var row = alpha.AsSpan(y * plane.Width, plane.Width);
            for (var x = row.IndexOfAnyExcept((byte)0); x >= 0; )
            {
                var run = row[x..].IndexOf((byte)0);
                var end = run < 0 ? plane.Width : x + run;
                plane.Fill(y, x, end, 1);
                var next = row[end..].IndexOfAnyExcept((byte)0);
                x = next < 0 ? -1 : end + next;
            }
        }
    }

    private static int Within(long place, int size) => (int)Math.Clamp(place, 0, size);

    private static void OfSize(int width, int height, ShapePlane plane)
    {
        if ((width, height) != (plane.Width, plane.Height))
            throw new InvalidDataException(
                $"its run lengths are of {width} x {height} pixels and the picture has {plane.Width} x {plane.Height}."
            );
    }
}
