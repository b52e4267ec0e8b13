using System.IO.Compression;
using System.Runtime.InteropServices;
using RoadSeg.Labels;

namespace RoadSeg.Imaging;

/// <summary>Class colours as a picture for people.</summary>
public static class ColorMask
{
    private static readonly PngEffort Effort = new(Up: true, Level: 2, ZLibCompressionStrategy.Default);

    /// <summary>Encodes the colours of ids as a 24-bit RGB PNG; the ignore id is black.</summary>
    /// <param name="ids">Shape [height, width]: class ids, or the catalogue's ignore id.</param>
    /// <param name="width">Width in pixels, at least 1.</param>
    /// <param name="height">Height in pixels, at least 1.</param>
    /// <param name="labels">Gives the colours.</param>
    /// <returns>The file.</returns>
    /// <exception cref="ArgumentException">The size does not fit the ids, or an id is none of the catalogue's.</exception>
    public static byte[] Png(ReadOnlySpan<byte> ids, int width, int height, LabelCatalogue labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        IdPlane.Check(ids, width, height, labels);
        return Png(ids, width, height, labels.Colors());
    }

    /// <summary>Encodes a stored mask in the colours it was stored with, as a 24-bit RGB PNG.</summary>
    /// <param name="mask">A mask with a palette.</param>
    /// <returns>The file.</returns>
    /// <exception cref="ArgumentException">The mask has no palette.</exception>
    public static byte[] Png(IndexedImage mask)
    {
        ArgumentNullException.ThrowIfNull(mask);
        return Png(mask.Ids, mask.Width, mask.Height, mask.Colors());
    }

    // Ids past the colours are black.
    private static byte[] Png(ReadOnlySpan<byte> ids, int width, int height, RgbColor[] colors)
    {
        using var png = new PngWriter(width, height, PngColor.Rgb, [], Effort);
        var row = new byte[checked(3 * width)];
        var pixels = MemoryMarshal.Cast<byte, RgbColor>(row.AsSpan());
        for (var y = 0; y < height; y++)
        {
            var line = ids.Slice(y * width, width);
            for (int start = 0, end; start < width; start = end)
            {
                var id = line[start];
                var run = line[start..].IndexOfAnyExcept(id);
                end = run < 0 ? width : start + run;
                pixels[start..end].Fill(id < colors.Length ? colors[id] : default);
            }

            png.Row(row);
        }

        return png.Finish();
    }
}
