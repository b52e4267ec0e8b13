using RoadSeg.Errors;
using RoadSeg.Imaging.Native;

namespace RoadSeg.Imaging;

/// <summary>Reads a photo's header and refuses what must not be decoded.</summary>
public static class ImageProbe
{
    private const int MostJpegScans = 100;

    /// <summary>Tells format, size and colour of a photo and holds it against the limits. Decodes no pixel; the format is
    /// told from the content before libvips sees the file.</summary>
    /// <param name="file">The whole file. Not modified, not kept.</param>
    /// <param name="limits">What is allowed at most.</param>
    /// <returns>The header of a still picture within the limits.</returns>
    /// <exception cref="RoadSegException">image-empty, image-too-many-bytes, image-format-unsupported, image-animated,
    /// image-too-many-pixels or image-corrupt.</exception>
    public static ImageHeader Read(ReadOnlyMemory<byte> file, ImageLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        if (file.IsEmpty)
            throw new RoadSegException(ErrorCodes.ImageEmpty, "The file holds no bytes. Send the photo again.");
        if (file.Length > limits.MaxBytes)
        {
            throw new RoadSegException(
                ErrorCodes.ImageTooManyBytes,
                $"The file has {file.Length:N0} bytes; at most {limits.MaxBytes:N0} are allowed. Save it smaller or with stronger compression.");
        }

        var format = FormatSniffer.Sniff(file.Span);
        if (!VipsLibrary.Supports(format))
            throw FormatSniffer.Unsupported($"{(format == ImageFormat.Heic ? "HEIC" : format)}, which the installed image library does not read");
        var header = VipsWork.OnFile(format, () =>
        {
            using var pinned = new PinnedFile(file);
            using var image = pinned.Open(format);
            return Describe(image, format, file.Span);
        });
        Check(header, limits);
        if (format == ImageFormat.Jpeg && ContainerScan.CountJpegScans(file.Span, MostJpegScans + 1) > MostJpegScans)
            throw new RoadSegException(ErrorCodes.ImageCorrupt, $"The JPEG has more than {MostJpegScans} scans, which no camera writes. Save the photo again with another program.");
        return header;
    }

    private static ImageHeader Describe(VipsImage image, ImageFormat format, ReadOnlySpan<byte> file)
    {
        var alpha = image.HasAlpha;
        var colors = image.Bands - (alpha ? 1 : 0);
        var depth = image.BandFormat switch { VipsBandFormat.UChar => 8, VipsBandFormat.UShort => 16, _ => 0 };
        var model = image.Interpretation switch
        {
            VipsInterpretation.BW or VipsInterpretation.Grey16 when colors == 1 => ColorModel.Grey,
            VipsInterpretation.Srgb or VipsInterpretation.Rgb or VipsInterpretation.Rgb16 when colors == 3 => ColorModel.Rgb,
            VipsInterpretation.Cmyk when colors == 4 => ColorModel.Cmyk,
            _ => (ColorModel?)null,
        };
        if (depth == 0 || model is null)
            throw FormatSniffer.Unsupported($"a {format} of {image.Bands} channels that are no 8 or 16 bit grey, RGB or CMYK");

        var frames = format == ImageFormat.Png ? ContainerScan.CountPngFrames(file) : Vips.Field(image, "n-pages", 1);
        return new ImageHeader(
            format,
            image.Width,
            image.Height,
            format is ImageFormat.Avif or ImageFormat.Heic ? 1 : Vips.Orientation(image),
            Math.Max(1, frames),
            image.Bands,
            Math.Clamp(Vips.Field(image, "bits-per-sample", depth), 1, 16),
            alpha,
            model.Value);
    }

    private static void Check(ImageHeader header, ImageLimits limits)
    {
        if (header.Frames > 1)
        {
            throw new RoadSegException(
                ErrorCodes.ImageAnimated,
                $"The file holds {header.Frames:N0} {(header.Format == ImageFormat.Tiff ? "pages" : "frames")}. Send a single still picture.");
        }

        var pixels = (long)header.Width * header.Height;
        if (pixels > limits.MaxPixels)
        {
            throw new RoadSegException(
                ErrorCodes.ImageTooManyPixels,
                $"The image is {header.Width:N0} x {header.Height:N0} = {pixels:N0} pixels; at most {limits.MaxPixels:N0} are allowed. Send it smaller.");
        }

        if (Math.Max(header.Width, header.Height) > limits.MaxSide)
        {
            throw new RoadSegException(
                ErrorCodes.ImageTooManyPixels,
                $"The image is {header.Width:N0} x {header.Height:N0} pixels; a side may have at most {limits.MaxSide:N0}. Send it smaller.");
        }
    }
}
