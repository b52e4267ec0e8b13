namespace RoadSeg.Datasets.Shapes;

/// <summary>What a coordinate stands for.</summary>
internal enum PointMeaning
{
    /// <summary>A place in the picture: 0 is its left border, its width the right one, and pixel 0 has its centre at 0.5.</summary>
    Place,

    /// <summary>A pixel, by its number: the outline runs through the pixels that are named, and they belong to the shape.</summary>
    Pixel,
}
