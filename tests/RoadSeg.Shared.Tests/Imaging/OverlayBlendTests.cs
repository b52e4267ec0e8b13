using RoadSeg.Imaging;
using RoadSeg.Labels;

namespace RoadSeg.Tests.Imaging;

public sealed class OverlayBlendTests
{
    private static readonly RgbImage Photo = Pictures.Busy(61, 23, 8);
    private static readonly LabelCatalogue Labels = Pictures.Labels(9, 255);
    private static readonly byte[] Ids = Pictures.Ids(61, 23, 9);

    [Theory]
    [InlineData(0)]
    [InlineData(0.25)]
    [InlineData(0.6)]
    [InlineData(1)]
    public void Each_pixel_is_the_rounded_mix(double opacity)
    {
        var blend = Overlay.Blend(Photo, Ids, Labels, opacity);
        var share = Math.Round(opacity * 256) / 256;
        for (var i = 0; i < Ids.Length; i++)
        {
            var color = Labels.Classes[Ids[i]].Color;
            Assert.Equal(Math.Floor((Photo.Pixels[3 * i] * (1 - share)) + (color.R * share) + 0.5), blend.Pixels[3 * i]);
            Assert.Equal(Math.Floor((Photo.Pixels[(3 * i) + 1] * (1 - share)) + (color.G * share) + 0.5), blend.Pixels[(3 * i) + 1]);
            Assert.Equal(Math.Floor((Photo.Pixels[(3 * i) + 2] * (1 - share)) + (color.B * share) + 0.5), blend.Pixels[(3 * i) + 2]);
        }
    }

    [Fact]
    public void Unlabelled_pixels_keep_the_photo()
    {
        var nothing = new byte[61 * 23];
        Array.Fill(nothing, (byte)255);
        Assert.Equal(Photo.Pixels, Overlay.Blend(Photo, nothing, Labels, 1).Pixels);
    }

    [Fact]
    public void Long_runs_blend_like_single_pixels()
    {
        var runs = new byte[61 * 23];
        for (var i = 0; i < runs.Length; i++)
            runs[i] = (byte)(i < 400 ? 3 : i < 1000 ? 5 : i < 1001 ? 0 : 8);
        var blend = Overlay.Blend(Photo, runs, Labels, 0.5);
        for (var i = 0; i < runs.Length; i++)
            Assert.Equal((Photo.Pixels[(3 * i) + 1] + Labels.Classes[runs[i]].Color.G + 1) / 2, blend.Pixels[(3 * i) + 1]);
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Assert.Throws<ArgumentException>(() => Overlay.Blend(Photo, Ids.AsSpan(1), Labels, 0.5));
        Assert.Throws<ArgumentException>(() => Overlay.Blend(Photo, Ids, Pictures.Labels(8), 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => Overlay.Blend(Photo, Ids, Labels, double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => Overlay.Blend(Photo, Ids, Labels, 1.01));
    }
}
