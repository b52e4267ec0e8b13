using RoadSeg.Imaging;

namespace RoadSeg.Tests.Imaging;

public sealed class ModelResizeTests
{
    [Theory]
    [InlineData(480, 360, 256, 256)] // stretch
    [InlineData(480, 360, 240, 180)] // exactly half
    [InlineData(501, 377, 96, 64)] // strong reduction, odd sizes
    [InlineData(1000, 40, 33, 31)] // hardly any change in one direction
    [InlineData(60, 40, 257, 130)] // enlargement
    [InlineData(40, 300, 80, 100)] // wider and lower
    [InlineData(300, 40, 100, 80)] // narrower and higher
    [InlineData(1, 1, 16, 16)]
    [InlineData(3000, 2, 16, 16)]
    [InlineData(97, 89, 97, 89)]
    public void Agrees_with_Pillows_antialiased_bilinear(int width, int height, int newWidth, int newHeight)
    {
        var image = Pictures.Busy(width, height, 5);
        var (mean, max) = Pictures.Difference(PillowBilinear.Resize(image, newWidth, newHeight), ImageDecoder.ResizeTo(image, newWidth, newHeight));
        Assert.True(mean <= 0.6 && max <= 1, $"mean {mean:F3}, max {max}");
    }

    [Fact]
    public void A_flat_picture_stays_exactly_flat()
    {
        var flat = new RgbImage(700, 500, [.. Enumerable.Repeat((byte)201, 3 * 700 * 500)]);
        Assert.All(ImageDecoder.ResizeTo(flat, 31, 17).Pixels, p => Assert.Equal(201, p));
        Assert.All(ImageDecoder.ResizeTo(flat, 900, 501).Pixels, p => Assert.Equal(201, p));
    }

    [Fact]
    public void Centres_are_at_half_pixels()
    {
        // A ramp resized keeps its values at the new centres, away from the edges: v(x) = (x + 0.5) * 4 - 0.5.
        var ramp = new RgbImage(240, 4, [.. Enumerable.Range(0, 240 * 4).SelectMany(i => Enumerable.Repeat((byte)(i % 240), 3))]);
        var small = ImageDecoder.ResizeTo(ramp, 60, 1);
        for (var x = 1; x < 59; x++)
            Assert.InRange(small.Pixels[3 * x] - (((x + 0.5) * 4) - 0.5), -0.51, 0.51);
    }

    [Fact]
    public void The_same_size_is_the_same_picture_in_another_array()
    {
        var image = Pictures.Busy(50, 40, 1);
        var copy = ImageDecoder.ResizeTo(image, 50, 40);
        Assert.Equal(image.Pixels, copy.Pixels);
        Assert.NotSame(image.Pixels, copy.Pixels);
    }

    [Fact]
    public void Serving_gives_the_very_pixels_of_training_for_lossless_files()
    {
        var image = Pictures.Busy(1021, 767, 9);
        var file = PhotoEncoder.Png(image);
        foreach (var spec in new[] { new PreprocessSpec(ResizeMode.Stretch, 256, 256), new PreprocessSpec(ResizeMode.KeepAspect, 512, 384), new PreprocessSpec(ResizeMode.Stretch, 1100, 500) })
        {
            var served = ImageDecoder.DecodeForModel(file, ImageProbe.Read(file, ImageLimits.Default), spec);
            Assert.Equal(spec.InputSize(1021, 767), (served.Width, served.Height));
            Assert.Equal(ImageDecoder.ResizeForModel(image, spec).Pixels, served.Pixels);
        }
    }

    [Theory]
    [InlineData(2048, 1536)] // shrunk by 4 while decoding
    [InlineData(1999, 1501)] // sizes that do not divide
    [InlineData(1021, 767)] // shrunk by 1: too small for more
    public void A_jpeg_shrunk_while_decoding_is_the_same_to_the_eye(int width, int height)
    {
        var file = PhotoEncoder.Jpeg(Pictures.Busy(width, height, 2), 90);
        var header = ImageProbe.Read(file, ImageLimits.Default);
        var spec = new PreprocessSpec(ResizeMode.Stretch, 256, 192);
        var (mean, max) = Pictures.Difference(
            ImageDecoder.ResizeForModel(ImageDecoder.Decode(file, header), spec), ImageDecoder.DecodeForModel(file, header, spec));
        Assert.True(mean <= 1 && max <= 8, $"mean {mean:F3}, max {max}");
    }
}
