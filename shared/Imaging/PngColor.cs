namespace RoadSeg.Imaging;

/// <summary>Colour types of IHDR.</summary>
internal enum PngColor : byte
{
    Grey = 0,
    Rgb = 2,
    Palette = 3,
}
