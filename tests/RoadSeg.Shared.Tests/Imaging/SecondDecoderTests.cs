using RoadSeg.Errors;
using RoadSeg.Imaging;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;

namespace RoadSeg.Tests.Imaging;

/// <summary>Holds our decode to one that shares no code with libvips. ImageSharp reads files of this repository only: never a stranger's.</summary>
public sealed class SecondDecoderTests
{
    private static readonly Dictionary<ImageFormat, (double Mean, int Max)> Tolerances = new()
    {
        // 16 bits: one takes the high byte, the other rounds. Transparency over black rounds once or twice.
        [ImageFormat.Png] = (0.5, 1),
        [ImageFormat.Tiff] = (0, 0),
        // Each upsamples chroma by a filter of its own, which shows at hard edges of colour.
        [ImageFormat.WebP] = (2, 40),
        [ImageFormat.Jpeg] = (1, 128),
    };

    [Fact]
    public void Agrees_on_every_fixture_that_both_read()
    {
        string[] files =
        [
            .. Directory.GetFiles(Path.Combine(Checkout.Root, "tests", "fixtures")), .. Directory.GetFiles(Path.Combine(Checkout.Root, "docs", "images")),
            Path.Combine(Checkout.Root, "samples", "street.jpg"), Path.Combine(Checkout.Root, "models", "default", "golden-input.png"),
        ];
        var compared = new List<string>();
        var wrong = new List<string>();
        foreach (var path in files.Order(StringComparer.Ordinal))
        {
            var file = File.ReadAllBytes(path);
            if (Header(file) is not { } header || Theirs(file) is not { } theirs)
                continue;
            var (mean, max) = Pictures.Difference(ImageDecoder.Decode(file, header), theirs);
            var seen = FormattableString.Invariant($"{Path.GetFileName(path)}: mean {mean:F3}, max {max}");
            compared.Add(seen);
            // Without a colour profile of the press ImageSharp takes inks for complements of light: only the likeness is held.
            var (mostMean, most) = header.ColorModel == ColorModel.Cmyk ? (40, 255) : Tolerances[header.Format];
            if (mean > mostMean || max > most)
                wrong.Add(seen);
        }

        Assert.True(wrong.Count == 0, string.Join("; ", wrong));
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join("; ", compared));
        Assert.True(compared.Count >= 9, string.Join("; ", compared));
    }

    [Fact]
    public void Agrees_on_every_orientation()
    {
        var picture = Pictures.Smooth(40, 24);
        for (var orientation = 1; orientation <= 8; orientation++)
        {
            var file = PhotoOrientationTests.Write(picture, ImageFormat.Png, orientation);
            Assert.Equal(PhotoDecodingTests.Decode(file).Pixels, Theirs(file)!.Pixels);
        }
    }

    private static ImageHeader? Header(byte[] file)
    {
        try
        {
            return ImageProbe.Read(file, ImageLimits.Default);
        }
        catch (RoadSegException)
        {
            return null;
        }
    }

    private static RgbImage? Theirs(byte[] file)
    {
        if (SixLabors.ImageSharp.Image.DetectFormat(file) is null)
            return null;
        using var image = SixLabors.ImageSharp.Image.Load<Rgba32>(file);
        image.Mutate(steps => steps.AutoOrient().BackgroundColor(Color.Black));
        using var rgb = image.CloneAs<Rgb24>();
        var pixels = new byte[3 * rgb.Width * rgb.Height];
        rgb.CopyPixelDataTo(pixels);
        return new RgbImage(rgb.Width, rgb.Height, pixels);
    }
}
