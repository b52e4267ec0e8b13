namespace RoadSeg.Imaging;

/// <summary>What a photo's header says. No pixel has been decoded to know it.</summary>
/// <param name="Format">Format by content.</param>
/// <param name="Width">Width as stored, in pixels.</param>
/// <param name="Height">Height as stored, in pixels.</param>
/// <param name="Orientation">EXIF orientation 1-8; 1 when the file states none. Always 1 for AVIF and HEIC, whose
/// container's own rotation is already part of Width and Height.</param>
/// <param name="Frames">Frames or pages, at least 1.</param>
/// <param name="Bands">Channels as stored, alpha included, 1-5.</param>
/// <param name="BitsPerChannel">Bits of one channel as stored, 1-16.</param>
/// <param name="HasAlpha">True when one of the channels is transparency.</param>
/// <param name="ColorModel">Meaning of the other channels.</param>
public sealed record ImageHeader(
    ImageFormat Format,
    int Width,
    int Height,
    int Orientation,
    int Frames,
    int Bands,
    int BitsPerChannel,
    bool HasAlpha,
    ColorModel ColorModel
)
{
    /// <summary>Width of the upright picture in pixels.</summary>
    public int OrientedWidth => Orientation >= 5 ? Height : Width;

    /// <summary>Height of the upright picture in pixels.</summary>
    public int OrientedHeight => Orientation >= 5 ? Width : Height;
}
