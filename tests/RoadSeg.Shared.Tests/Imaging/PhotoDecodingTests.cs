using RoadSeg.Errors;
using RoadSeg.Imaging;

namespace RoadSeg.Tests.Imaging;

public sealed class PhotoDecodingTests
{
    private static readonly RgbImage Picture = Pictures.Smooth(64, 48);
    private static readonly PreprocessSpec Spec = new(ResizeMode.Stretch, 32, 32);

    [Fact]
    public void Lossless_formats_give_back_every_pixel()
    {
        foreach (var file in new[] { PhotoEncoder.Png(Picture), Saving.InterlacedPng(Picture), Saving.Tiff(Picture) })
            Assert.Equal(Picture.Pixels, Decode(file).Pixels);
    }

    [Fact]
    public void Lossy_formats_give_back_the_picture()
    {
        foreach (var file in new[] { PhotoEncoder.Jpeg(Picture, 95), Saving.ProgressiveJpeg(Picture), PhotoEncoder.WebP(Picture, 95), Saving.Avif(Picture) })
            Close(Picture, Decode(file), 3);
    }

    [Fact]
    public void Grey_becomes_rgb_with_equal_channels()
    {
        var image = Decode(Saving.GreyJpeg(Picture));
        for (var i = 0; i < image.Pixels.Length; i += 3)
            Assert.Equal((image.Pixels[i], image.Pixels[i]), (image.Pixels[i + 1], image.Pixels[i + 2]));
        Assert.True(image.Pixels[0] < image.Pixels[^1]);
    }

    [Fact]
    public void A_one_bit_png_becomes_black_and_white() =>
        Assert.Equal([255, 255, 255, 0, 0, 0, 255, 255, 255], Decode(Files.Png(3, 1, 1, 0, [0, 0b1010_0000])).Pixels);

    [Fact]
    public void A_palette_png_becomes_its_colours() => Assert.Equal(
        [9, 8, 7, 1, 2, 3],
        Decode(Files.Png(2, 1, 8, 3, [0, 1, 0], false, Files.PngChunk("PLTE", [1, 2, 3, 9, 8, 7]))).Pixels);

    [Fact]
    public void Sixteen_bits_keep_their_high_byte()
    {
        var image = Decode(Files.Png(2, 1, 16, 2, [0, 0x12, 0x34, 0x56, 0x78, 0x9A, 0xBC, 0, 0, 0xFF, 0xFF, 0x80, 0]));
        Assert.Equal([0x12, 0x56, 0x9A, 0, 0xFF, 0x80], image.Pixels);
    }

    [Fact]
    public void Transparency_is_laid_over_black()
    {
        Assert.Equal([0, 0, 0, 200, 100, 50, 100, 50, 25], Decode(Files.Png(3, 1, 8, 6, [0, 200, 100, 50, 0, 200, 100, 50, 255, 200, 100, 50, 128])).Pixels);
        Assert.Equal([0, 0, 0, 200, 200, 200], Decode(Files.Png(2, 1, 8, 4, [0, 200, 0, 200, 255])).Pixels);
        Assert.Equal([0, 0, 0, 0x20, 0x40, 0x80], Decode(Files.Png(2, 1, 16, 6, [0, 0x20, 0, 0x40, 0, 0x80, 0, 0, 0, 0x20, 0, 0x40, 0, 0x80, 0, 0xFF, 0xFF])).Pixels);
    }

    [Fact]
    public void Cmyk_becomes_the_colours_it_prints()
    {
        // Ink cannot print every screen colour, so the source is muted.
        var muted = new RgbImage(64, 48, [.. Picture.Pixels.Select(p => (byte)(80 + (p / 3)))]);
        Close(muted, Decode(Saving.CmykJpeg(muted)), 6);
    }

    [Fact]
    public void An_embedded_profile_is_honoured()
    {
        var file = Saving.DisplayP3Png(Picture);
        var (mean, _) = Pictures.Difference(Picture, new RgbImage(64, 48, Saving.Raw(file).Samples));
        Assert.True(mean > 3, "the stored numbers must differ from sRGB for this test to mean anything");
        Close(Picture, Decode(file), 1.5);
        Close(ImageDecoder.ResizeForModel(Picture, Spec), ForModel(file), 1.5);
    }

    [Fact]
    public void A_broken_profile_is_passed_over()
    {
        var png = PhotoEncoder.Png(Picture);
        byte[] iccp = [.. "bad\0\0"u8, 0x78, 0x9C, 0x4B, 0x4C, 0x4A, 0x06, 0x00, 0x02, 0x4D, 0x01, 0x27];
        byte[] file = [.. png[..33], .. Files.PngChunk("iCCP", iccp), .. png[33..]];
        Assert.Equal(Picture.Pixels, Decode(file).Pixels);
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.2)]
    [InlineData(0.5)]
    [InlineData(0.8)]
    [InlineData(0.95)]
    public void A_file_cut_short_is_corrupt(double share)
    {
        var picture = Pictures.Busy(200, 150, 3);
        byte[][] files = [PhotoEncoder.Jpeg(picture), Saving.ProgressiveJpeg(picture), PhotoEncoder.Png(picture), PhotoEncoder.WebP(picture), Saving.Tiff(picture), Saving.Avif(picture)];
        foreach (var file in files)
        {
            var cut = file[..Math.Max(16, (int)(file.Length * share))];
            Assert.Equal(ErrorCodes.ImageCorrupt, Assert.Throws<RoadSegException>(() => Decode(cut)).Code);
            Assert.Equal(ErrorCodes.ImageCorrupt, Assert.Throws<RoadSegException>(() => ForModel(cut)).Code);
        }
    }

    [Fact]
    public void A_png_with_a_wrong_checksum_is_corrupt()
    {
        var file = PhotoEncoder.Png(Picture);
        file[^20] ^= 1;
        var error = Assert.Throws<RoadSegException>(() => Decode(file));
        Assert.Equal(ErrorCodes.ImageCorrupt, error.Code);
        Assert.Contains("Send the original file again", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_header_of_another_file_is_refused()
    {
        var other = ImageProbe.Read(PhotoEncoder.Png(Pictures.Smooth(65, 48)), ImageLimits.Default);
        Assert.Throws<ArgumentException>(() => ImageDecoder.Decode(PhotoEncoder.Png(Picture), other));
    }

    [Fact]
    public void The_callers_bytes_are_not_touched()
    {
        var file = PhotoEncoder.Jpeg(Picture);
        var before = file.ToArray();
        _ = Decode(file);
        Assert.Equal(before, file);
    }

    internal static RgbImage Decode(byte[] file) => ImageDecoder.Decode(file, ImageProbe.Read(file, ImageLimits.Default));

    private static RgbImage ForModel(byte[] file) => ImageDecoder.DecodeForModel(file, ImageProbe.Read(file, ImageLimits.Default), Spec);

    private static void Close(RgbImage expected, RgbImage actual, double tolerance)
    {
        var (mean, max) = Pictures.Difference(expected, actual);
        Assert.True(mean <= tolerance, $"mean difference {mean:F2} of 255, at most {tolerance} allowed; max {max}");
    }
}
