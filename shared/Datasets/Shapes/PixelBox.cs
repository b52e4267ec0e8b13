namespace RoadSeg.Datasets.Shapes;

/// <summary>Columns and rows of a part of a picture; the ends are one past the last.</summary>
internal readonly record struct PixelBox(int Left, int Top, int Right, int Bottom)
{
    public bool IsEmpty => Right <= Left || Bottom <= Top;

    /// <summary>The smallest box around both.</summary>
    public PixelBox With(PixelBox other) =>
        IsEmpty ? other
        : other.IsEmpty ? this
        : new(Math.Min(Left, other.Left), Math.Min(Top, other.Top), Math.Max(Right, other.Right), Math.Max(Bottom, other.Bottom));
}
