using RoadSeg.Imaging;
using RoadSeg.Tests.Imaging;

namespace RoadSeg.Tests.Results;

public sealed class ConfidencePngTests
{
    [Fact]
    public void Every_sample_comes_back_within_the_stated_error_at_every_width()
    {
        for (var width = 1; width <= 70; width++)
        {
            var samples = Pictures.Ids(width, 13, 256);

            var back = MaskPng.Decode(ConfidencePng.Encode(samples, width, 13), ImageLimits.Default);

            Assert.Null(back.Palette);
            Assert.Equal((width, 13), (back.Width, back.Height));
            Assert.All(samples.Zip(back.Ids), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, ConfidencePng.MaxError));
        }
    }

    [Fact]
    public void The_error_does_not_lean_to_one_side()
    {
        var samples = Enumerable.Range(0, 256).Select(i => (byte)i).ToArray();

        var back = MaskPng.Decode(ConfidencePng.Encode(samples, 16, 16), ImageLimits.Default);

        Assert.InRange(samples.Zip(back.Ids).Average(pair => pair.Second - pair.First), -0.5, 0.5);
    }
}
