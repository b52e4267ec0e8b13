using System.IO.Compression;
using RoadSeg.Errors;
using RoadSeg.Labels;

namespace RoadSeg.Imaging;

/// <summary>Class ids as a palette PNG: the pixel values are the ids, the palette shows them in their colours.</summary>
public static class MaskPng
{
    // Rows of a mask mostly repeat the row above: after Up they are runs of zeros, for which run lengths beat zlib's other
    // strategies in size and in time on upsampled road masks.
    private static readonly PngEffort Effort = new(Up: true, Level: 4, ZLibCompressionStrategy.RunLengthEncoding);

    /// <summary>Encodes ids as an 8-bit palette PNG. The ignore id and the unused entries before it are black.</summary>
    /// <param name="ids">Shape [height, width]: class ids, or the catalogue's ignore id.</param>
    /// <param name="width">Width in pixels, at least 1.</param>
    /// <param name="height">Height in pixels, at least 1.</param>
    /// <param name="labels">Gives the colours.</param>
    /// <returns>The file.</returns>
    /// <exception cref="ArgumentException">The size does not fit the ids, or an id is none of the catalogue's.</exception>
    public static byte[] Encode(ReadOnlySpan<byte> ids, int width, int height, LabelCatalogue labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        IdPlane.Check(ids, width, height, labels);
        var palette = new byte[3 * Math.Max(labels.Count, (labels.IgnoreId ?? 0) + 1)];
        foreach (var (id, _, color) in labels.Classes)
            (palette[3 * id], palette[(3 * id) + 1], palette[(3 * id) + 2]) = (color.R, color.G, color.B);
        using var png = new PngWriter(width, height, PngColor.Palette, palette, Effort);
        for (var y = 0; y < height; y++)
            png.Row(ids.Slice(y * width, width));
        return png.Finish();
    }

    /// <summary>The size that a palette or grey PNG says it has, before memory for pixels is taken.</summary>
    /// <param name="png">The file, or its first 33 bytes.</param>
    /// <param name="limits">Held against its header.</param>
    /// <exception cref="RoadSegException">As for <see cref="Decode"/>.</exception>
    public static (int Width, int Height) Size(ReadOnlySpan<byte> png, ImageLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        if (png.IsEmpty)
            throw Empty();
        var header = PngReader.Header(png, limits);
        return (header.Width, header.Height);
    }

    /// <summary>Reads a palette or grey PNG of 1, 2, 4 or 8 bits as ids, interlaced or not. Checksums, sizes and the exact
    /// length of the pixel data are checked.</summary>
    /// <param name="png">The whole file.</param>
    /// <param name="limits">Held against the file and its header before memory for pixels is taken.</param>
    /// <exception cref="RoadSegException">image-empty, image-too-many-bytes, image-too-many-pixels, image-corrupt, or
    /// image-format-unsupported for RGB, transparency channels, 16 bits and other formats.</exception>
    public static IndexedImage Decode(ReadOnlySpan<byte> png, ImageLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        if (png.IsEmpty)
            throw Empty();
        if (png.Length > limits.MaxBytes)
            throw new RoadSegException(
                ErrorCodes.ImageTooManyBytes,
                $"The mask has {png.Length:N0} bytes; at most {limits.MaxBytes:N0} are allowed."
            );
        return PngReader.Read(png, limits);
    }

    private static RoadSegException Empty() => new(ErrorCodes.ImageEmpty, "The mask holds no bytes. Send the file again.");
}
