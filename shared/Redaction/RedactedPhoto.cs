using RoadSeg.Imaging;

namespace RoadSeg.Redaction;

/// <summary>A photo in which an area is obscured, and of which nothing else of its file is left: no Exif, no smaller picture of it, no
/// words, no profile.</summary>
public static class RedactedPhoto
{
    /// <summary>What stands in each channel of an obscured pixel: mid-grey, whatever was there. An average, a blur or a coarse mosaic says
    /// something of what it was made of; this says nothing but where it is.</summary>
    public const byte Cover = 128;

    private const int Quality = 90;

    /// <summary>Makes the file: upright, in sRGB; PNG and WebP as what they were, a TIFF as a PNG, others as JPEG of quality 90.</summary>
    /// <param name="file">The whole file. Not modified, not kept.</param>
    /// <param name="header">What <see cref="ImageProbe.Read"/> said of this file.</param>
    /// <param name="area">Shape [header.OrientedHeight, header.OrientedWidth]: 0 for what stays.</param>
    /// <returns>The file, and its format.</returns>
    /// <exception cref="ArgumentException">The area is not of the photo's size.</exception>
    /// <exception cref="Errors.RoadSegException">image-corrupt.</exception>
    public static (byte[] File, ImageFormat Format) Of(ReadOnlyMemory<byte> file, ImageHeader header, ReadOnlySpan<byte> area)
    {
        ArgumentNullException.ThrowIfNull(header);
        if (area.Length != (long)header.OrientedWidth * header.OrientedHeight)
            throw new ArgumentException("The area is not of the photo's size.", nameof(area));
        var photo = ImageDecoder.Decode(file, header);

        // Before anything is encoded: a codec that averages over an area's edge finds the cover there, and nothing else.
        for (int start = 0, end; start < area.Length; start = end)
        {
            var run = area[start..].IndexOfAnyExcept(area[start]);
            end = run < 0 ? area.Length : start + run;
            if (area[start] != 0)
                photo.Pixels.AsSpan(3 * start, 3 * (end - start)).Fill(Cover);
        }

        return FormatOf(header) switch
        {
            ImageFormat.Png => (PhotoEncoder.Png(photo), ImageFormat.Png),
            ImageFormat.WebP => (PhotoEncoder.WebP(photo, Quality), ImageFormat.WebP),
            _ => (PhotoEncoder.Jpeg(photo, Quality), ImageFormat.Jpeg),
        };
    }

    private static ImageFormat FormatOf(ImageHeader header) =>
        header.Format switch
        {
            ImageFormat.Png or ImageFormat.Tiff => ImageFormat.Png,
            ImageFormat.WebP when Math.Max(header.Width, header.Height) <= PhotoEncoder.MaxWebPSide => ImageFormat.WebP,
            _ => ImageFormat.Jpeg,
        };
}
