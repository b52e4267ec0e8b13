using RoadSeg.Errors;

namespace RoadSeg.Imaging;

/// <summary>Decodes photos to upright 8-bit sRGB. EXIF orientation is applied; embedded colour profiles, CMYK, grey and
/// 16 bits are converted; transparency is laid over black. Decoding happens on the calling thread.</summary>
public static class ImageDecoder
{
    /// <summary>Decodes a photo at its own size.</summary>
    /// <param name="file">The whole file. Not modified, not kept.</param>
    /// <param name="header">What <see cref="ImageProbe.Read"/> said of this file.</param>
    /// <returns>header.OrientedWidth x header.OrientedHeight pixels.</returns>
    /// <exception cref="RoadSegException">image-corrupt: cut short or damaged.</exception>
    public static RgbImage Decode(ReadOnlyMemory<byte> file, ImageHeader header)
    {
        ArgumentNullException.ThrowIfNull(header);
        var stored = Photo.Use(file, header.Format, photo =>
        {
            Check(photo, header, 1);
            var pixels = GC.AllocateUninitializedArray<byte>(checked(3 * header.Width * header.Height));
            var filled = 0;
            photo.ReadSrgb(rows =>
            {
                rows.CopyTo(pixels.AsSpan(filled));
                filled += rows.Length;
            });
            return new RgbImage(header.Width, header.Height, pixels);
        });
        return Orientation.Apply(stored, header.Orientation);
    }

    /// <summary>Decodes a photo straight to a model's input size, row by row: memory does not grow with the photo
    /// (progressive JPEG and interlaced PNG aside, whose format demands it). A JPEG may be decoded at 1/2, 1/4 or 1/8 as long as
    /// at least a halving is left to the filter, which leaves the result within about a level of
    /// <see cref="ResizeForModel"/> of the whole picture; all other formats give the same pixels as that.</summary>
    /// <param name="file">The whole file. Not modified, not kept.</param>
    /// <param name="header">What <see cref="ImageProbe.Read"/> said of this file.</param>
    /// <param name="spec">The model's preprocessing.</param>
    /// <returns>spec.InputSize(header.OrientedWidth, header.OrientedHeight) pixels.</returns>
    /// <exception cref="RoadSegException">image-corrupt: cut short or damaged.</exception>
    public static RgbImage DecodeForModel(ReadOnlyMemory<byte> file, ImageHeader header, PreprocessSpec spec)
    {
        ArgumentNullException.ThrowIfNull(header);
        ArgumentNullException.ThrowIfNull(spec);
        var (width, height) = spec.InputSize(header.OrientedWidth, header.OrientedHeight);
        return DecodeTo(file, header, width, height);
    }

    /// <summary>Decodes a photo straight to a size, as <see cref="DecodeForModel"/> does.</summary>
    /// <param name="file">The whole file. Not modified, not kept.</param>
    /// <param name="header">What <see cref="ImageProbe.Read"/> said of this file.</param>
    /// <param name="width">Width of the upright result in pixels, 1-65,535.</param>
    /// <param name="height">Its height in pixels, 1-65,535.</param>
    /// <returns>width x height pixels.</returns>
    /// <exception cref="RoadSegException">image-corrupt: cut short or damaged.</exception>
    public static RgbImage DecodeTo(ReadOnlyMemory<byte> file, ImageHeader header, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(header);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, 65_535);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(height, 65_535);
        // Resized as stored, turned when small.
        if (header.Orientation >= 5)
            (width, height) = (height, width);
        var shrink = header.Format == ImageFormat.Jpeg ? JpegShrink(header, width, height) : 1;
        var stored = Photo.Use(
            file,
            header.Format,
            photo =>
            {
                Check(photo, header, shrink);
                // A shrunk JPEG's size is rounded down: up to a pixel of its true extent is missing at the right and the bottom.
                var resizer = new TriangleResizer(
                    photo.Width,
                    photo.Height,
                    (double)header.Width / shrink,
                    (double)header.Height / shrink,
                    width,
                    height
                );
                photo.ReadSrgb(resizer.Push);
                return resizer.Result();
            },
            shrink
        );
        return Orientation.Apply(stored, header.Orientation);
    }

    /// <summary>Resizes decoded pixels to a model's input size, by the same code as <see cref="DecodeForModel"/>.</summary>
    /// <returns>A new image of spec.InputSize(image.Width, image.Height) pixels.</returns>
    public static RgbImage ResizeForModel(RgbImage image, PreprocessSpec spec)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(spec);
        var (width, height) = spec.InputSize(image.Width, image.Height);
        return ResizeTo(image, width, height);
    }

    /// <summary>Resizes by antialiased bilinear: a triangle filter as wide as the reduction, half-pixel centres, weights
    /// normalised at the edges (the definition of Pillow's BILINEAR), one rounding at the end.</summary>
    /// <param name="image">Not modified.</param>
    /// <param name="width">New width in pixels, 1-65,535.</param>
    /// <param name="height">New height in pixels, 1-65,535.</param>
    /// <returns>A new image.</returns>
    public static RgbImage ResizeTo(RgbImage image, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, 65_535);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(height, 65_535);
        var resizer = new TriangleResizer(image.Width, image.Height, image.Width, image.Height, width, height);
        resizer.Push(image.Pixels);
        return resizer.Result();
    }

    private static int JpegShrink(ImageHeader header, int width, int height)
    {
        foreach (var shrink in (ReadOnlySpan<int>)[8, 4, 2])
        {
            if (header.Width >= 2L * shrink * width && header.Height >= 2L * shrink * height)
                return shrink;
        }

        return 1;
    }

    private static void Check(Photo photo, ImageHeader header, int shrink)
    {
        if (photo.Width != header.Width / shrink || photo.Height != header.Height / shrink)
            throw new ArgumentException("The header is not of this file.", nameof(header));
    }
}
