using RoadSeg.Labels;

namespace RoadSeg.Imaging;

/// <summary>Lays class colours over a photo.</summary>
public static class Overlay
{
    /// <summary>Blends each pixel with the colour of its class: photo x (1 - opacity) + colour x opacity, rounded. Pixels of the
    /// ignore id keep the photo.</summary>
    /// <param name="photo">Not modified.</param>
    /// <param name="ids">Shape [photo.Height, photo.Width]: class ids, or the catalogue's ignore id.</param>
    /// <param name="labels">Gives the colours.</param>
    /// <param name="opacity">0 (photo only) to 1 (colours only), in steps of 1/256.</param>
    /// <returns>A new image.</returns>
    /// <exception cref="ArgumentException">The ids do not fit the photo, or an id is none of the catalogue's.</exception>
    public static RgbImage Blend(RgbImage photo, ReadOnlySpan<byte> ids, LabelCatalogue labels, double opacity)
    {
        ArgumentNullException.ThrowIfNull(photo);
        ArgumentNullException.ThrowIfNull(labels);
        if (!(opacity >= 0 && opacity <= 1))
            throw new ArgumentOutOfRangeException(nameof(opacity), opacity, "Opacity is 0 to 1.");
        IdPlane.Check(ids, photo.Width, photo.Height, labels);

        // Fixed point with 8 bits of fraction: pixel x keep + add. The tables hold add = colour x share + a half.
        var share = (int)Math.Round(opacity * 256);
        var blends = new Blending[256];
        Array.Fill(blends, new Blending(256, 0, 0, 0));
        foreach (var (id, _, color) in labels.Classes)
            blends[id] = new Blending(256 - share, (color.R * share) + 128, (color.G * share) + 128, (color.B * share) + 128);

        var source = photo.Pixels;
        var result = GC.AllocateUninitializedArray<byte>(source.Length);
        for (int i = 0, at = 0; i < ids.Length; i++, at += 3)
        {
            ref readonly var blend = ref blends[ids[i]];
            result[at] = (byte)(((source[at] * blend.Keep) + blend.R) >> 8);
            result[at + 1] = (byte)(((source[at + 1] * blend.Keep) + blend.G) >> 8);
            result[at + 2] = (byte)(((source[at + 2] * blend.Keep) + blend.B) >> 8);
        }

        return new RgbImage(photo.Width, photo.Height, result);
    }

    private readonly record struct Blending(int Keep, int R, int G, int B);
}
