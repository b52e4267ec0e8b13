using NetVips;
using RoadSeg.Errors;

namespace RoadSeg.Imaging;

/// <summary>Encodes sRGB pixels for people to look at. No metadata is written.</summary>
public static class PhotoEncoder
{
    /// <summary>Longest side of a WebP in pixels, a bound of the format.</summary>
    public const int MaxWebPSide = 16_383;

    /// <summary>Longest side of a JPEG in pixels, a bound of the format.</summary>
    public const int MaxJpegSide = 65_535;

    /// <summary>Encodes a baseline JPEG with halved chroma (full chroma from quality 90).</summary>
    /// <param name="image">At most <see cref="MaxJpegSide"/> pixels on a side.</param>
    /// <param name="quality">1 (small) to 100 (good).</param>
    /// <returns>The file.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Quality or size outside its range.</exception>
    public static byte[] Jpeg(RgbImage image, int quality = 85)
    {
        CheckSize(image, MaxJpegSide);
        CheckQuality(quality);
        return Save(image, srgb => srgb.JpegsaveBuffer(q: quality, keep: Enums.ForeignKeep.None));
    }

    /// <summary>Encodes a lossy WebP.</summary>
    /// <param name="image">At most <see cref="MaxWebPSide"/> pixels on a side; encode larger ones as JPEG.</param>
    /// <param name="quality">1 (small) to 100 (good).</param>
    /// <param name="effort">0 (fast) to 6 (small).</param>
    /// <returns>The file.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Quality, effort or size outside its range.</exception>
    public static byte[] WebP(RgbImage image, int quality = 80, int effort = 1)
    {
        CheckSize(image, MaxWebPSide);
        CheckQuality(quality);
        ArgumentOutOfRangeException.ThrowIfNegative(effort);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(effort, 6);
        return Save(image, srgb => srgb.WebpsaveBuffer(q: quality, effort: effort, keep: Enums.ForeignKeep.None));
    }

    /// <summary>Encodes a 24-bit PNG, lossless.</summary>
    /// <returns>The file.</returns>
    public static byte[] Png(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Save(image, srgb => srgb.PngsaveBuffer(compression: 3, filter: Enums.ForeignPngFilter.All, keep: Enums.ForeignKeep.None));
    }

    // Pixels of our own: a native failure is a defect of the service.
    private static byte[] Save(RgbImage image, Func<Image, byte[]> save)
    {
        _ = VipsLibrary.Version;
        try
        {
            using var pixels = Image.NewFromMemory(image.Pixels, image.Width, image.Height, 3, Enums.BandFormat.Uchar);
            using var srgb = pixels.Copy(interpretation: Enums.Interpretation.Srgb);
            return save(srgb);
        }
        catch (VipsException e)
        {
            throw new RoadSegException(ErrorCodes.Internal, "The picture could not be encoded. Try again later.", e);
        }
    }

    private static void CheckQuality(int quality)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(quality, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quality, 100);
    }

    private static void CheckSize(RgbImage image, int most)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (Math.Max(image.Width, image.Height) > most)
            throw new ArgumentOutOfRangeException(
                nameof(image),
                $"{image.Width} x {image.Height}: this format holds at most {most} pixels on a side."
            );
    }
}
