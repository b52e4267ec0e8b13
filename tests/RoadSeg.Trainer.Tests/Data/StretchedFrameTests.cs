using RoadSeg.Imaging;
using RoadSeg.Trainer.Data;

namespace RoadSeg.Trainer.Tests.Data;

public sealed class StretchedFrameTests
{
    [Fact]
    public void A_mask_keeps_its_classes_and_takes_the_nearest_cell_of_the_same_place()
    {
        byte[] mask = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
        var frames = new StretchedFrames([new Frame("a", new RgbImage(4, 3, new byte[36]), mask)], new PreprocessSpec(ResizeMode.Stretch, 2, 3));

        var frame = Assert.Single(frames);

        Assert.Equal((2, 3), (frame.Image.Width, frame.Image.Height));
        Assert.Equal([1, 3, 5, 7, 9, 11], frame.Mask);
    }

    [Fact]
    public void A_frame_of_that_size_already_is_left_as_it_is()
    {
        var pixels = Enumerable.Range(0, 48).Select(i => (byte)i).ToArray();
        byte[] mask = [.. Enumerable.Range(0, 16).Select(i => (byte)i)];
        var frames = new StretchedFrames([new Frame("a", new RgbImage(4, 4, pixels), mask)], new PreprocessSpec(ResizeMode.Stretch, 4, 4));

        Assert.Equal(mask, frames[0].Mask);
        Assert.Equal(pixels, frames[0].Image.Pixels);
    }
}
