namespace RoadSeg.Datasets.Shapes;

/// <summary>What coordinates are counted in.</summary>
internal enum PointUnit
{
    /// <summary>Pixels.</summary>
    Pixels,

    /// <summary>Hundredths of the picture's width and height.</summary>
    Percent,

    /// <summary>The picture's width and height.</summary>
    Fraction,
}
