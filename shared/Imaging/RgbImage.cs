namespace RoadSeg.Imaging;

/// <summary>Decoded pixels: 8-bit sRGB, rows top to bottom, no padding, already oriented.</summary>
public sealed class RgbImage
{
    /// <summary>Wraps pixels; the array is owned by the image from here on.</summary>
    /// <param name="width">Width in pixels, at least 1.</param>
    /// <param name="height">Height in pixels, at least 1.</param>
    /// <param name="pixels">Shape [height, width, 3], values 0-255, order R G B.</param>
    /// <exception cref="ArgumentException">The array's length is not width x height x 3.</exception>
    public RgbImage(int width, int height, byte[] pixels)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentNullException.ThrowIfNull(pixels);
        if (pixels.LongLength != 3L * width * height)
            throw new ArgumentException(
                $"{width}x{height} RGB needs {3L * width * height} bytes, not {pixels.LongLength}.",
                nameof(pixels)
            );
        Width = width;
        Height = height;
        Pixels = pixels;
    }

    /// <summary>Width in pixels.</summary>
    public int Width { get; }

    /// <summary>Height in pixels.</summary>
    public int Height { get; }

    /// <summary>Shape [Height, Width, 3], values 0-255.</summary>
    public byte[] Pixels { get; }

    /// <summary>A new image with left and right exchanged.</summary>
    public RgbImage Mirrored()
    {
        var pixels = new byte[Pixels.Length];
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
                Pixels.AsSpan(3 * ((y * Width) + x), 3).CopyTo(pixels.AsSpan(3 * ((y * Width) + Width - 1 - x)));
        }

        return new RgbImage(Width, Height, pixels);
    }
}
