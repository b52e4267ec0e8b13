using System.Numerics;
using System.Runtime.CompilerServices;
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
    /// <exception cref="ArgumentException">The ids do not fit the photo, an id is none of the catalogue's, or the opacity is out of
    /// range.</exception>
    public static RgbImage Blend(RgbImage photo, ReadOnlySpan<byte> ids, LabelCatalogue labels, double opacity)
    {
        ArgumentNullException.ThrowIfNull(photo);
        ArgumentNullException.ThrowIfNull(labels);
        IdPlane.Check(ids, photo.Width, photo.Height, labels);
        return Blend(photo, ids, labels.Colors(), opacity);
    }

    /// <summary>Blends each pixel with the colour its class was stored with.</summary>
    /// <param name="photo">Not modified.</param>
    /// <param name="mask">A mask of the photo's size, with a palette.</param>
    /// <param name="opacity">0 (photo only) to 1 (colours only), in steps of 1/256.</param>
    /// <returns>A new image.</returns>
    /// <exception cref="ArgumentException">The mask does not fit the photo or has no palette, or the opacity is out of range.</exception>
    public static RgbImage Blend(RgbImage photo, IndexedImage mask, double opacity)
    {
        ArgumentNullException.ThrowIfNull(photo);
        ArgumentNullException.ThrowIfNull(mask);
        if (photo.Width != mask.Width || photo.Height != mask.Height)
            throw new ArgumentException($"The mask is {mask.Width}x{mask.Height}, the photo {photo.Width}x{photo.Height}.", nameof(mask));
        return Blend(photo, mask.Ids, mask.Colors(), opacity);
    }

    // Ids past the colours keep the photo.
    private static RgbImage Blend(RgbImage photo, ReadOnlySpan<byte> ids, RgbColor[] colors, double opacity)
    {
        if (!(opacity >= 0 && opacity <= 1))
            throw new ArgumentOutOfRangeException(nameof(opacity), opacity, "Opacity is 0 to 1.");

        var share = (int)Math.Round(opacity * 256);
        var tints = Array.ConvertAll(colors, color => Tint(color, share));
        var result = GC.AllocateUninitializedArray<byte>(photo.Pixels.Length);
        // Masks are runs of one id: the colour is looked up once a run.
        for (int start = 0, end; start < ids.Length; start = end)
        {
            var id = ids[start];
            var run = ids[start..].IndexOfAnyExcept(id);
            end = run < 0 ? ids.Length : start + run;
            var source = photo.Pixels.AsSpan(3 * start, 3 * (end - start));
            var target = result.AsSpan(3 * start, source.Length);
            if (id >= tints.Length)
                source.CopyTo(target);
            else
                Mix(source, tints[id], (ushort)(256 - share), target);
        }

        return new RgbImage(photo.Width, photo.Height, result);
    }

    // Fixed point with 8 bits of fraction: colour x share + a half, as often as it takes for R G B to fit whole vectors.
    private static ushort[] Tint(RgbColor color, int share)
    {
        var tint = new ushort[3 * Vector<byte>.Count];
        for (var i = 0; i < tint.Length; i += 3)
        {
            tint[i] = (ushort)((color.R * share) + 128);
            tint[i + 1] = (ushort)((color.G * share) + 128);
            tint[i + 2] = (ushort)((color.B * share) + 128);
        }

        return tint;
    }

    // At most 255 x 256 + 128: fits 16 bits.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Mix(ReadOnlySpan<byte> source, ReadOnlySpan<ushort> tint, ushort keep, Span<byte> target)
    {
        var i = 0;
        for (var phase = 0; i + Vector<byte>.Count <= source.Length; i += Vector<byte>.Count)
        {
            Vector.Widen(new Vector<byte>(source[i..]), out var low, out var high);
            low = Vector.ShiftRightLogical((low * keep) + new Vector<ushort>(tint[phase..]), 8);
            high = Vector.ShiftRightLogical((high * keep) + new Vector<ushort>(tint[(phase + Vector<ushort>.Count)..]), 8);
            Vector.Narrow(low, high).CopyTo(target[i..]);
            phase += Vector<byte>.Count;
            if (phase == tint.Length)
                phase = 0;
        }

        for (var channel = i % 3; i < source.Length; i++)
        {
            target[i] = (byte)(((source[i] * keep) + tint[channel]) >> 8);
            channel = channel == 2 ? 0 : channel + 1;
        }
    }
}
