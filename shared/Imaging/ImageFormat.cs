namespace RoadSeg.Imaging;

/// <summary>The photo formats that are read. A file's format is recognised by its content, never from its name.</summary>
public enum ImageFormat
{
    /// <summary>JPEG, baseline or progressive.</summary>
    Jpeg,

    /// <summary>PNG, not animated.</summary>
    Png,

    /// <summary>WebP, not animated.</summary>
    WebP,

    /// <summary>AVIF still picture (HEIF container, AV1).</summary>
    Avif,

    /// <summary>TIFF or BigTIFF with one page.</summary>
    Tiff,

    /// <summary>HEIC still picture (HEIF container, HEVC). Needs a libvips whose libheif has an HEVC decoder:
    /// see <see cref="VipsLibrary.Supports"/>.</summary>
    Heic,
}
