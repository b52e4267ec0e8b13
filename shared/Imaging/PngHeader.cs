using System.Buffers.Binary;
using RoadSeg.Errors;

namespace RoadSeg.Imaging;

/// <summary>IHDR of a PNG that can be read as a map of ids.</summary>
internal readonly record struct PngHeader(int Width, int Height, int Depth, bool HasPalette, bool Interlaced)
{
    /// <summary>Bytes of a row of that many pixels, without the filter byte.</summary>
    public int RowBytes(int pixels) => (int)((((long)pixels * Depth) + 7) / 8);

    /// <exception cref="RoadSegException">image-corrupt, image-too-many-pixels, or image-format-unsupported for colours that are no
    /// ids.</exception>
    public static PngHeader Read(ReadOnlySpan<byte> data, ImageLimits limits)
    {
        if (data.Length != 13)
            throw PngReader.Corrupt("its header has the wrong length");
        long width = BinaryPrimitives.ReadUInt32BigEndian(data);
        long height = BinaryPrimitives.ReadUInt32BigEndian(data[4..]);
        var (depth, color, compression, filter, interlace) = (data[8], data[9], data[10], data[11], data[12]);
        if (width is 0 or > int.MaxValue || height is 0 or > int.MaxValue || compression != 0 || filter != 0 || interlace > 1)
            throw PngReader.Corrupt("its header holds values that PNG does not know");
        if (depth == 16 && color is 0 or 2 or 4 or 6 || color is 2 or 4 or 6)
        {
            throw new RoadSegException(
                ErrorCodes.ImageFormatUnsupported,
                $"The mask is a PNG of {(color is 0 ? "16-bit grey" : color is 4 ? "grey with transparency" : "RGB colours")}, not of "
                    + "class ids. Save it as a palette or 8-bit grey PNG."
            );
        }

        if (color is not (0 or 3) || depth is not (1 or 2 or 4 or 8))
            throw PngReader.Corrupt("its header holds values that PNG does not know");

        // Widened before the product: 65,536 x 65,536 is 0 in 32 bits. Both factors are below 2^31, so 64 bits hold it.
        var pixels = width * height;
        if (pixels > limits.MaxPixels || Math.Max(width, height) > limits.MaxSide)
        {
            throw new RoadSegException(
                ErrorCodes.ImageTooManyPixels,
                $"The mask is {width:N0} x {height:N0} pixels; at most {limits.MaxPixels:N0}, and {limits.MaxSide:N0} on a side, are "
                    + "allowed."
            );
        }

        return new PngHeader((int)width, (int)height, depth, color == 3, interlace == 1);
    }
}
