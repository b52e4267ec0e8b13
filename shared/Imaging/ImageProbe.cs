using RoadSeg.Errors;

namespace RoadSeg.Imaging;

/// <summary>Reads a photo's header and refuses what must not be decoded.</summary>
public static class ImageProbe
{
    private const int MostJpegScans = 100;

    /// <summary>Reads format, size and colour of a photo and holds it against the limits. Decodes no pixel; the format is
    /// recognised by the content before libvips sees the file.</summary>
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
                $"The file has {file.Length:N0} bytes; at most {limits.MaxBytes:N0} are allowed. Save it smaller or with stronger "
                    + "compression."
            );
        }

        var format = FormatSniffer.Sniff(file.Span);
        if (!VipsLibrary.Supports(format))
            throw format == ImageFormat.Heic
                ? FormatSniffer.HeicUnsupported()
                : FormatSniffer.Unsupported($"{format}, which the installed image library does not read");
        var header = Photo.Header(file, format, photo => Describe(photo, format, file.Span));
        Check(header, limits);
        if (format == ImageFormat.Jpeg && ContainerScan.CountJpegScans(file.Span, MostJpegScans + 1) > MostJpegScans)
            throw new RoadSegException(
                ErrorCodes.ImageCorrupt,
                $"The JPEG has more than {MostJpegScans} scans, which no camera writes. Save the photo again with another program."
            );
        return header;
    }

    private static ImageHeader Describe(Photo photo, ImageFormat format, ReadOnlySpan<byte> file)
    {
        if (photo.Depth == 0 || photo.ColorModel is not { } model)
            throw FormatSniffer.Unsupported($"a {format} of {photo.Bands} channels that are no 8 or 16 bit grey, RGB or CMYK");

        var frames = format switch
        {
            ImageFormat.Png => ContainerScan.CountPngFrames(file),
            ImageFormat.Tiff => TiffPages.Of(file).Count,
            // A burst names one of its pictures as the primary one, which is what libvips opens.
            ImageFormat.Heic => 1,
            _ => photo.Field("n-pages", 1),
        };
        return new ImageHeader(
            format,
            photo.Width,
            photo.Height,
            format is ImageFormat.Avif or ImageFormat.Heic ? 1 : photo.Orientation,
            Math.Max(1, frames),
            photo.Bands,
            Math.Clamp(photo.Field("bits-per-sample", photo.Depth), 1, 16),
            photo.HasAlpha,
            model
        );
    }

    private static void Check(ImageHeader header, ImageLimits limits)
    {
        if (header.Frames > 1)
        {
            throw new RoadSegException(
                ErrorCodes.ImageAnimated,
                $"The file holds {header.Frames:N0} {(header.Format == ImageFormat.Tiff ? "pages" : "frames")}. Send a single still "
                    + "picture."
            );
        }

        var pixels = (long)header.Width * header.Height;
        if (pixels > limits.MaxPixels)
        {
            throw new RoadSegException(
                ErrorCodes.ImageTooManyPixels,
                $"The image is {header.Width:N0} x {header.Height:N0} = {pixels:N0} pixels; at most {limits.MaxPixels:N0} are allowed. "
                    + "Send it smaller."
            );
        }

        if (Math.Max(header.Width, header.Height) > limits.MaxSide)
        {
            throw new RoadSegException(
                ErrorCodes.ImageTooManyPixels,
                $"The image is {header.Width:N0} x {header.Height:N0} pixels; a side may have at most {limits.MaxSide:N0}. Send it smaller."
            );
        }
    }
}
