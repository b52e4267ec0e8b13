using System.Text;
using RoadSeg.Errors;
using RoadSeg.Imaging;

namespace RoadSeg.Tests.Imaging;

public sealed class PhotoProbeTests
{
    private static readonly RgbImage Picture = Pictures.Smooth(33, 21);

    [Fact]
    public void Each_format_is_told_by_its_content_and_described()
    {
        Assert.Equal(new ImageHeader(ImageFormat.Jpeg, 33, 21, 1, 1, 3, 8, false, ColorModel.Rgb), Read(PhotoEncoder.Jpeg(Picture)));
        Assert.Equal(new ImageHeader(ImageFormat.Png, 33, 21, 1, 1, 3, 8, false, ColorModel.Rgb), Read(PhotoEncoder.Png(Picture)));
        Assert.Equal(new ImageHeader(ImageFormat.WebP, 33, 21, 1, 1, 3, 8, false, ColorModel.Rgb), Read(PhotoEncoder.WebP(Picture)));
        Assert.Equal(new ImageHeader(ImageFormat.Tiff, 33, 21, 1, 1, 3, 8, false, ColorModel.Rgb), Read(Saving.Tiff(Picture)));
        Assert.Equal(new ImageHeader(ImageFormat.Avif, 33, 21, 1, 1, 3, 8, false, ColorModel.Rgb), Read(Saving.Avif(Picture)));
        Assert.Equal(new ImageHeader(ImageFormat.Jpeg, 33, 21, 1, 1, 4, 8, false, ColorModel.Cmyk), Read(Saving.CmykJpeg(Picture)));
        Assert.Equal(new ImageHeader(ImageFormat.Png, 2, 1, 1, 1, 2, 16, true, ColorModel.Grey), Read(Files.Png(2, 1, 16, 4, new byte[9])));
    }

    [Theory]
    [InlineData(ImageFormat.Jpeg)]
    [InlineData(ImageFormat.Png)]
    [InlineData(ImageFormat.WebP)]
    public void The_orientation_is_read_and_turns_the_size(ImageFormat format)
    {
        for (var orientation = 1; orientation <= 8; orientation++)
        {
            var header = Read(PhotoOrientationTests.Write(Picture, format, orientation));
            Assert.Equal((orientation, 33, 21), (header.Orientation, header.Width, header.Height));
            Assert.Equal(orientation < 5 ? (33, 21) : (21, 33), (header.OrientedWidth, header.OrientedHeight));
        }
    }

    [Fact]
    public void An_empty_file_is_called_empty() => Refused(ErrorCodes.ImageEmpty, "no bytes", []);

    [Theory]
    [InlineData("Dear diary, today I saw a road.", "plain text")]
    [InlineData("GIF89a\u0001\0\u0001\0\0\0\0;", "a GIF")]
    [InlineData("<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"/>", "an SVG")]
    [InlineData("  <svg width=\"10\" height=\"10\"/>", "an SVG")]
    [InlineData("%PDF-1.7\n", "a PDF")]
    [InlineData("<!DOCTYPE html><html></html>", "a web page")]
    [InlineData("PK\u0003\u0004aaaaaaaa", "a ZIP")]
    [InlineData("BM\u0001\u0001\0\0\0\0\0\0\u001A\0\0\0\f\0\0\0\u0001\0\u0001\0\u0001\0\u0018\0", "a BMP")]
    [InlineData("\0\0\0\u0018ftypmp42\0\0\0\0mp42isom", "a video")]
    [InlineData("\0\u0001\u0002\u0003\u0004\u0005", "no image known here")]
    public void Other_content_is_refused_by_what_it_looks_like(string content, string lookLike) =>
        Refused(ErrorCodes.ImageFormatUnsupported, lookLike, Encoding.UTF8.GetBytes(content));

    [Fact]
    public void A_file_over_the_byte_limit_is_refused_before_anything_reads_it() =>
        Refused(ErrorCodes.ImageTooManyBytes, "at most 10", new byte[11], new ImageLimits(MaxBytes: 10));

    [Theory]
    [InlineData(65_000, 65_000)]
    [InlineData(65_535, 65_535)]
    [InlineData(65_536, 65_536)]
    [InlineData(100_000, 1001)]
    public void A_png_bomb_is_refused_from_its_header(int width, int height)
    {
        var bomb = Files.Png(width, height, 8, 2, new byte[1000]);
        _ = Assert.Throws<RoadSegException>(() => Read(bomb));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Refused(ErrorCodes.ImageTooManyPixels, "allowed", bomb);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Fact]
    public void A_tiff_bomb_is_refused_from_its_header() =>
        Refused(ErrorCodes.ImageTooManyPixels, "65,000", Files.Tiff(1, 65_000, 65_000));

    [Theory]
    [InlineData(65_000, "image-too-many-pixels")]
    [InlineData(65_535, "image-corrupt")] // more than libjpeg itself allows
    public void A_jpeg_bomb_is_refused_from_its_header(int side, string code)
    {
        var jpeg = PhotoEncoder.Jpeg(Picture);
        var frame = jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]);
        (jpeg[frame + 5], jpeg[frame + 6], jpeg[frame + 7], jpeg[frame + 8]) = ((byte)(side >> 8), (byte)side, (byte)(side >> 8), (byte)side);
        Refused(ErrorCodes.Parse(code), "Send", jpeg);
    }

    [Fact]
    public void Limits_are_inclusive()
    {
        var png = PhotoEncoder.Png(Picture);
        var exact = new ImageLimits(png.Length, 33 * 21, 33);
        Assert.Equal(33, ImageProbe.Read(png, exact).Width);
        Refused(ErrorCodes.ImageTooManyBytes, "bytes", png, exact with { MaxBytes = png.Length - 1 });
        Refused(ErrorCodes.ImageTooManyPixels, "693 pixels", png, exact with { MaxPixels = (33 * 21) - 1 });
        Refused(ErrorCodes.ImageTooManyPixels, "a side", png, exact with { MaxSide = 32 });
    }

    [Fact]
    public void Limits_outside_their_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ImageLimits(MaxBytes: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ImageLimits(MaxPixels: 500_000_001));
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageLimits.Default with { MaxSide = 65_536 });
    }

    [Fact]
    public void More_than_one_frame_is_refused()
    {
        Refused(ErrorCodes.ImageAnimated, "2 frames", Files.AnimatedWebP(PhotoEncoder.WebP(Picture), 33, 21));
        Refused(ErrorCodes.ImageAnimated, "3 pages", Files.Tiff(3));
        Refused(ErrorCodes.ImageAnimated, "sequence", [0, 0, 0, 24, .. "ftypavis\0\0\0\0avifavis"u8]);
        Refused(ErrorCodes.ImageAnimated, "sequence", [0, 0, 0, 24, .. "ftyphevc\0\0\0\0mif1heic"u8]);
        Refused(ErrorCodes.ImageAnimated, "5 frames", Files.Png(1, 1, 8, 0, [0, 0], false, Files.PngChunk("acTL", [0, 0, 0, 5, 0, 0, 0, 0])));
    }

    [Fact]
    public void A_jpeg_of_endless_scans_is_refused()
    {
        var jpeg = Saving.ProgressiveJpeg(Picture);
        Assert.Equal(ImageFormat.Jpeg, Read(jpeg).Format);
        var scan = jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]);
        byte[] endless = [.. jpeg[..scan], .. Enumerable.Repeat<byte[]>([0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 0, 0, 1], 101).SelectMany(s => s), .. jpeg[scan..]];
        Refused(ErrorCodes.ImageCorrupt, "scans", endless);
    }

    [Fact]
    public void Heic_is_read_where_the_library_can_and_named_where_it_cannot()
    {
        var file = Convert.FromBase64String(HeifSupport.HeicSample);
        if (VipsLibrary.Supports(ImageFormat.Heic))
            Assert.All(PhotoDecodingTests.Decode(file).Pixels, p => Assert.InRange(p, 126, 130));
        else
            Refused(ErrorCodes.ImageFormatUnsupported, "looks like HEIC", file);
    }

    [Fact]
    public void Only_a_mark_and_nothing_behind_it_is_corrupt()
    {
        Refused(ErrorCodes.ImageCorrupt, "JPEG", [0xFF, 0xD8, 0xFF]);
        Refused(ErrorCodes.ImageCorrupt, "PNG", Files.PngOf());
        Refused(ErrorCodes.ImageCorrupt, "WebP", [.. "RIFF\0\0\0\0WEBP"u8]);
        Refused(ErrorCodes.ImageCorrupt, "TIFF", [.. "II*\0"u8]);
        Refused(ErrorCodes.ImageCorrupt, "AVIF", [0, 0, 0, 16, .. "ftypavif\0\0\0\0"u8]);
    }

    private static ImageHeader Read(byte[] file) => ImageProbe.Read(file, ImageLimits.Default);

    private static void Refused(ErrorCode code, string words, byte[] file, ImageLimits? limits = null)
    {
        var error = Assert.Throws<RoadSegException>(() => ImageProbe.Read(file, limits ?? ImageLimits.Default));
        Assert.Equal(code, error.Code);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }
}
