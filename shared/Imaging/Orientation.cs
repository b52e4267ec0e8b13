namespace RoadSeg.Imaging;

/// <summary>Turns stored pixels upright by EXIF orientation (CIPA DC-008, tag 0x0112).</summary>
internal static class Orientation
{
    // Blocks of this side keep the source lines of a turned picture in cache.
    private const int Tile = 32;

    /// <summary>The upright picture: the same one when orientation is 1, else a new one.</summary>
    public static RgbImage Apply(RgbImage stored, int orientation)
    {
        var (width, height, origin, stepX, stepY) = Way(stored.Width, stored.Height, orientation);
        if (origin == 0 && stepX == 1)
            return stored;

        var upright = GC.AllocateUninitializedArray<byte>(stored.Pixels.Length);
        for (var top = 0; top < height; top += Tile)
        {
            for (var left = 0; left < width; left += Tile)
                Copy(
                    stored.Pixels,
                    upright,
                    width,
                    left,
                    Math.Min(left + Tile, width),
                    top,
                    Math.Min(top + Tile, height),
                    origin,
                    stepX,
                    stepY
                );
        }

        return new RgbImage(width, height, upright);
    }

    /// <summary>Size of the upright picture, and where its pixel (x, y) is stored: origin + x * stepX + y * stepY, in pixels.</summary>
    public static (int Width, int Height, int Origin, int StepX, int StepY) Way(int w, int h, int orientation) =>
        orientation switch
        {
            2 => (w, h, w - 1, -1, w),
            3 => (w, h, (w * h) - 1, -1, -w),
            4 => (w, h, (h - 1) * w, 1, -w),
            5 => (h, w, 0, w, 1),
            6 => (h, w, (h - 1) * w, -w, 1),
            7 => (h, w, (w * h) - 1, -w, -1),
            8 => (h, w, w - 1, w, -1),
            _ => (w, h, 0, 1, w),
        };

    private static void Copy(
        byte[] source,
        byte[] target,
        int width,
        int left,
        int right,
        int top,
        int bottom,
        int origin,
        int stepX,
        int stepY
    )
    {
        for (var y = top; y < bottom; y++)
        {
            var from = 3 * (origin + (left * stepX) + (y * stepY));
            var to = 3 * ((y * width) + left);
            for (var x = left; x < right; x++, from += 3 * stepX, to += 3)
            {
                target[to] = source[from];
                target[to + 1] = source[from + 1];
                target[to + 2] = source[from + 2];
            }
        }
    }
}
