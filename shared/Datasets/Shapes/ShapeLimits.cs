namespace RoadSeg.Datasets.Shapes;

/// <summary>How much of strangers' shapes is drawn.</summary>
internal static class ShapeLimits
{
    /// <summary>Points of one shape. A road scene's outline has some hundred.</summary>
    public const int MaxPoints = 1_000_000;

    /// <summary>Largest coordinate in pixels, percent or widths: beyond it a file is broken, and arithmetic loses pixels.</summary>
    public const double MaxCoordinate = 10_000_000;

    /// <summary>Bytes of the shapes of one image.</summary>
    public const long MaxBytes = 64L << 20;

    /// <summary>Rows and columns that the outlines of one image may cross: some seconds of work.</summary>
    public const long MaxCrossings = 400_000_000;
}
