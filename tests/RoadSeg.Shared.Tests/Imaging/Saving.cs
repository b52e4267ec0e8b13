using NetVips;
using RoadSeg.Imaging;

namespace RoadSeg.Tests.Imaging;

/// <summary>Files in forms that the product reads but never writes, made by libvips itself.</summary>
internal static class Saving
{
    public static byte[] Tiff(RgbImage image) => Save(image, srgb => srgb.TiffsaveBuffer());

    public static byte[] Avif(RgbImage image) =>
        Save(image, srgb => srgb.HeifsaveBuffer(compression: Enums.ForeignHeifCompression.Av1, q: 90, effort: 0));

    public static byte[] GreyJpeg(RgbImage image) => Save(image, srgb =>
    {
        using var grey = srgb.Colourspace(Enums.Interpretation.Bw);
        return grey.JpegsaveBuffer(q: 95);
    });

    public static byte[] CmykJpeg(RgbImage image) => Save(image, srgb =>
    {
        using var cmyk = srgb.Colourspace(Enums.Interpretation.Cmyk);
        return cmyk.JpegsaveBuffer(q: 95);
    });

    public static byte[] ProgressiveJpeg(RgbImage image) => Save(image, srgb => srgb.JpegsaveBuffer(q: 95, interlace: true));

    /// <summary>With a restart marker after every so many units.</summary>
    public static byte[] RestartingJpeg(RgbImage image, int units) => Save(image, srgb => srgb.JpegsaveBuffer(q: 95, restartInterval: units));

    public static byte[] InterlacedPng(RgbImage image) => Save(image, srgb => srgb.PngsaveBuffer(interlace: true));

    /// <summary>The same colours in Display P3, with the profile in the file.</summary>
    public static byte[] DisplayP3Png(RgbImage image) => Save(image, srgb =>
    {
        using var p3 = srgb.IccTransform("p3", inputProfile: "srgb", embedded: false);
        return p3.PngsaveBuffer();
    });

    public static byte[] FilteredGreyPng(byte[] samples, int width, int height, int filter)
    {
        using var memory = Image.NewFromMemory(samples, width, height, 1, Enums.BandFormat.Uchar);
        using var grey = memory.Copy(interpretation: Enums.Interpretation.Bw);
        return grey.PngsaveBuffer(filter: (Enums.ForeignPngFilter)filter);
    }

    /// <summary>The bytes a PNG holds, as libvips reads them, before any conversion.</summary>
    public static (int Bands, byte[] Samples) Raw(byte[] png) => Photo.Use(png, ImageFormat.Png, photo =>
    {
        var samples = new List<byte>();
        photo.ReadStored(rows => samples.AddRange(rows));
        return (photo.Bands, samples.ToArray());
    });

    private static byte[] Save(RgbImage image, Func<Image, byte[]> save)
    {
        using var memory = Image.NewFromMemory(image.Pixels, image.Width, image.Height, 3, Enums.BandFormat.Uchar);
        using var srgb = memory.Copy(interpretation: Enums.Interpretation.Srgb);
        return save(srgb);
    }
}
