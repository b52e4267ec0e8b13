using RoadSeg.Imaging;
using RoadSeg.Trainer;
using RoadSeg.Trainer.Data;

namespace RoadSeg.Trainer.Tests.Data;

/// <summary>Night, weather, camera faults and pasted classes, on painted roads: sky 0, building 1, road 2, car 3, unlabelled 4.</summary>
public class StrongAugmentationTests
{
    private static readonly AugmentationOptions Still = new()
    {
        CropWidth = 96, CropHeight = 64, ScaleMin = 1, ScaleMax = 1, Flip = 0, CategoryMaxRatio = 1, Brightness = 0, Contrast = 0, Saturation = 0, HueDegrees = 0,
    };

    [Fact]
    public void Night_darkens_the_sky_most_and_changes_no_label()
    {
        var (before, after) = (Draw(Still, 1), Enumerable.Range(0, 20).Select(seed => Draw(Still with { Night = 1 }, seed)).ToArray());
        Assert.All(after, sample => Assert.Equal(before.Mask, sample.Mask));

        // Brighter than the road by day; by night, in the median over lots of lamps and beams, darker.
        Assert.True(Mean(before, 0) > Mean(before, 2));
        var darker = after.Count(sample => Mean(sample, 0) < Mean(sample, 2));
        Assert.True(darker > 10, $"The sky is darker than the road in {darker} of 20.");
        Assert.All(after, sample => Assert.True(Mean(sample, 0) < Mean(before, 0)));
    }

    [Fact]
    public void A_photo_that_is_dark_is_not_darkened_again()
    {
        var frame = new Frame("night", new RgbImage(96, 64, [.. Enumerable.Repeat((byte)30, 96 * 64 * 3)]), new byte[96 * 64]);
        var sample = Draw(Still with { Night = 1 }, 3, frame);
        Assert.All(sample.Image, level => Assert.Equal(30, level));
    }

    [Fact]
    public void Snow_lies_only_on_what_is_labelled_as_ground_trees_and_roofs()
    {
        var (before, after) = (Draw(Still, 1), Draw(Still with { Snow = 1 }, 1));
        Assert.Equal(Mean(before, 0), Mean(after, 0));
        Assert.True(Mean(after, 2) > Mean(before, 2) + 10);
    }

    [Theory]
    [InlineData("haze")]
    [InlineData("cast")]
    [InlineData("blur")]
    [InlineData("noise")]
    [InlineData("jpeg")]
    public void Every_change_changes_the_picture_alone_and_the_same_way_again(string change)
    {
        var options = change switch
        {
            "haze" => Still with { Haze = 1 },
            "cast" => Still with { Cast = 1 },
            "blur" => Still with { Blur = 1 },
            "noise" => Still with { Noise = 1 },
            _ => Still with { Jpeg = 1 },
        };
        var (before, after, again) = (Draw(Still, 5), Draw(options, 5), Draw(options, 5));
        Assert.Equal(before.Mask, after.Mask);
        Assert.Equal(after.Image, again.Image);
        Assert.NotEqual(before.Image, after.Image);
    }

    [Fact]
    public void Rare_classes_of_another_frame_are_pasted_with_their_labels_and_their_pixels()
    {
        var (frame, donor) = (Frame(1), Frame(2));
        var (plain, image, mask, taught) = (new byte[96 * 64 * 3], new byte[96 * 64 * 3], new byte[96 * 64], new byte[96 * 64]);
        var unknown = frame with { Mask = [.. Enumerable.Repeat((byte)4, 96 * 64)], Taught = frame.Mask };
        Augmentation(Still with { Paste = 1 })
            .Draw(unknown, new SeededRandom(1), new Sample(image, mask) { Plain = plain, Taught = taught }, donor, [false, false, false, true]);

        for (var i = 0; i < mask.Length; i++)
        {
            var pasted = donor.Mask[i] == 3;
            Assert.Equal(pasted ? 3 : 4, mask[i]);
            Assert.Equal((pasted ? donor : frame).Image.Pixels[3 * i], image[3 * i]);
        }

        // The teacher looks at the photo as it is.
        Assert.Equal(frame.Image.Pixels, plain);
        Assert.Equal(frame.Mask, taught);
    }

    private static Augmentation Augmentation(AugmentationOptions options) =>
        new(options, new PreprocessSpec(ResizeMode.Stretch, 96, 64), PaintedRoads.Labels);

    private static Frame Frame(int seed)
    {
        var (image, mask) = PaintedRoads.Paint(96, 64, new Random(seed));
        return new Frame("painted", image, mask);
    }

    private static (byte[] Image, byte[] Mask) Draw(AugmentationOptions options, int seed, Frame? frame = null)
    {
        var (image, mask) = (new byte[96 * 64 * 3], new byte[96 * 64]);
        Augmentation(options).Draw(frame ?? Frame(1), new SeededRandom(seed), new Sample(image, mask));
        return (image, mask);
    }

    private static double Mean((byte[] Image, byte[] Mask) sample, int id) =>
        Enumerable.Range(0, sample.Mask.Length).Where(i => sample.Mask[i] == id).Average(i => (sample.Image[3 * i] + sample.Image[(3 * i) + 1] + sample.Image[(3 * i) + 2]) / 3.0);
}
