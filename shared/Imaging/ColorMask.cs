using System.IO.Compression;
using RoadSeg.Imaging.Png;
using RoadSeg.Labels;

namespace RoadSeg.Imaging;

/// <summary>Class colours as a picture for people.</summary>
public static class ColorMask
{
    internal static readonly PngEffort Effort = new(Up: true, Level: 1, ZLibCompressionStrategy.Default);

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
        var colors = new RgbColor[256];
        foreach (var label in labels.Classes)
            colors[label.Id] = label.Color;

        using var png = new PngWriter(width, height, PngColor.Rgb, [], Effort);
        var row = new byte[checked(3 * width)];
        for (var y = 0; y < height; y++)
        {
            var to = 0;
            foreach (var id in ids.Slice(y * width, width))
            {
                var color = colors[id];
                (row[to], row[to + 1], row[to + 2]) = (color.R, color.G, color.B);
                to += 3;
            }

            png.Row(row);
        }

        return png.Finish();
    }
}
