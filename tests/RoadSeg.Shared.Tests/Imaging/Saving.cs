using RoadSeg.Imaging;
using RoadSeg.Imaging.Native;

namespace RoadSeg.Tests.Imaging;

/// <summary>Files in forms that the product reads but never writes, made by libvips itself.</summary>
internal static class Saving
{
    private const int Av1 = 4;

    public static byte[] Tiff(RgbImage image) => Save(image, "tiffsave_buffer", null);

    public static byte[] Avif(RgbImage image) =>
        Save(image, "heifsave_buffer", null, save => save.Set("compression", Av1).Set("Q", 90).Set("effort", 0));

    public static byte[] GreyJpeg(RgbImage image) =>
        Save(image, "jpegsave_buffer", convert => convert.Operation("colourspace").Set("space", VipsInterpretation.BW), save => save.Set("Q", 95));

    public static byte[] CmykJpeg(RgbImage image) =>
        Save(image, "jpegsave_buffer", convert => convert.Operation("colourspace").Set("space", VipsInterpretation.Cmyk), save => save.Set("Q", 95));

    public static byte[] ProgressiveJpeg(RgbImage image) => Save(image, "jpegsave_buffer", null, save => save.Set("Q", 95).Set("interlace", true));

    public static byte[] InterlacedPng(RgbImage image) => Save(image, "pngsave_buffer", null, save => save.Set("interlace", true));

    /// <summary>The same colours in Display P3, with the profile in the file.</summary>
    public static byte[] DisplayP3Png(RgbImage image) => Save(
        image,
        "pngsave_buffer",
        convert => convert.Operation("icc_transform").Set("output_profile", "p3").Set("input_profile", "srgb").Set("embedded", false));

    public static byte[] FilteredGreyPng(byte[] samples, int width, int height, int filter)
    {
        using var grey = new PinnedPixels(samples, width, height, 1);
        using var save = new VipsOperation("pngsave_buffer").Set("in", grey.Image).Set("filter", filter);
        return save.Bytes();
    }

    /// <summary>The bytes a PNG holds, as libvips reads them, before any conversion.</summary>
    public static (int Bands, byte[] Samples) Raw(byte[] png)
    {
        using var pinned = new PinnedFile(png);
        using var image = pinned.Open(ImageFormat.Png);
        var samples = new List<byte>();
        image.ReadRows(rows => samples.AddRange(rows));
        return (image.Bands, [.. samples]);
    }

    private static byte[] Save(RgbImage image, string saver, Func<Conversion, VipsOperation>? convert, Action<VipsOperation>? settings = null)
    {
        using var srgb = new PinnedPixels(image.Pixels, image.Width, image.Height, 3);
        using var conversion = convert?.Invoke(new Conversion(srgb.Image));
        using var converted = conversion?.Image();
        using var save = new VipsOperation(saver).Set("in", converted ?? srgb.Image);
        settings?.Invoke(save);
        return save.Bytes();
    }

    internal readonly record struct Conversion(VipsImage Image)
    {
        public VipsOperation Operation(string nickname) => new VipsOperation(nickname).Set("in", Image);
    }
}
