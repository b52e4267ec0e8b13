namespace RoadSeg.Datasets.Shapes;

/// <summary>Outlines of boxes and ellipses.</summary>
internal static class Outlines
{
    // Of a radius of 2,000 pixels the chords lie within 0.02 pixels of the ellipse.
    private const int EllipsePoints = 720;

    /// <summary>A box by two corners, turned about its centre.</summary>
    /// <param name="left">Place.</param>
    /// <param name="top">Place.</param>
    /// <param name="right">Place.</param>
    /// <param name="bottom">Place.</param>
    /// <param name="degrees">Clockwise on a screen.</param>
    public static double[] Box(double left, double top, double right, double bottom, double degrees = 0)
    {
        double[] ring = [left, top, right, top, right, bottom, left, bottom];
        return degrees == 0 ? ring : Turned(ring, (left + right) / 2, (top + bottom) / 2, degrees);
    }

    /// <summary>An ellipse, turned about its centre.</summary>
    public static double[] Ellipse(double x, double y, double radiusX, double radiusY, double degrees = 0)
    {
        var ring = new double[2 * EllipsePoints];
        for (var i = 0; i < EllipsePoints; i++)
        {
            var (sin, cos) = double.SinCosPi(2.0 * i / EllipsePoints);
            (ring[2 * i], ring[(2 * i) + 1]) = (x + (radiusX * cos), y + (radiusY * sin));
        }

        return degrees == 0 ? ring : Turned(ring, x, y, degrees);
    }

    /// <summary>A ring turned about a point, in a plane whose axes have one scale.</summary>
    public static double[] Turned(double[] ring, double aboutX, double aboutY, double degrees)
    {
        var (sin, cos) = double.SinCosPi(degrees / 180);
        var turned = new double[ring.Length];
        for (var i = 0; i < ring.Length; i += 2)
        {
            var (x, y) = (ring[i] - aboutX, ring[i + 1] - aboutY);
            (turned[i], turned[i + 1]) = (aboutX + (x * cos) - (y * sin), aboutY + (x * sin) + (y * cos));
        }

        return turned;
    }
}
