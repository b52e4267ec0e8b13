using RoadSeg.Labels;

namespace RoadSeg.Imaging;

/// <summary>A decoded map of ids, one byte a pixel.</summary>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="Ids">Shape [Height, Width]: palette indices, or the raw grey samples (not scaled up from 1, 2 or 4 bits).</param>
/// <param name="Palette">Colours by id, longer than the greatest id; null for a grey PNG.</param>
public sealed record IndexedImage(int Width, int Height, byte[] Ids, RgbColor[]? Palette)
{
    /// <summary>The map at another size: of each pixel the id at its middle (<c>floor((i + 0.5) * in / out)</c>).</summary>
    /// <param name="width">New width in pixels, from 1.</param>
    /// <param name="height">New height in pixels, from 1.</param>
    public IndexedImage ResizeTo(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        var columns = NearestCell.Line(Width, width);
        var ids = GC.AllocateUninitializedArray<byte>(checked(width * height));
        for (var y = 0; y < height; y++)
        {
            var source = Ids.AsSpan(NearestCell.Of(y, Height, height) * Width, Width);
            var row = ids.AsSpan(y * width, width);
            for (var x = 0; x < row.Length; x++)
                row[x] = source[columns[x]];
        }

        return new IndexedImage(width, height, ids, Palette);
    }

    /// <exception cref="ArgumentException">The image is grey.</exception>
    internal RgbColor[] Colors() => Palette ?? throw new ArgumentException("The mask has no palette: it was stored as grey.");
}
