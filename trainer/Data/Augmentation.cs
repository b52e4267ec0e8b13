using RoadSeg.Imaging;

namespace RoadSeg.Trainer.Data;

/// <summary>Scale, crop, mirror and colour changes of an image and its mask together. A sample is a function of the frame and the stream's
/// name alone.</summary>
internal sealed class Augmentation(AugmentationOptions options, PreprocessSpec input, int classes, byte ignoreId)
{
    private const int CropTries = 10;

    /// <param name="frame">Source.</param>
    /// <param name="random">The sample's own stream.</param>
    /// <param name="image">RGB bytes [CropHeight, CropWidth, 3].</param>
    /// <param name="mask">Ids [CropHeight, CropWidth].</param>
    public void Draw(Frame frame, SeededRandom random, Span<byte> image, Span<byte> mask)
    {
        var (width, height) = input.InputSize(frame.Image.Width, frame.Image.Height);
        var scale = Math.Exp(random.Between(Math.Log(options.ScaleMin), Math.Log(options.ScaleMax)));
        var (scaledWidth, scaledHeight) = (Math.Max(1, (int)Math.Round(width * scale)), Math.Max(1, (int)Math.Round(height * scale)));
        var flip = random.Chance(options.Flip);
        Window window = default;
        for (var attempt = 0; attempt < CropTries; attempt++)
        {
            window = new Window(
                frame.Image.Width,
                frame.Image.Height,
                scaledWidth,
                scaledHeight,
                Offset(ref random, scaledWidth - options.CropWidth),
                Offset(ref random, scaledHeight - options.CropHeight),
                options.CropWidth,
                options.CropHeight,
                flip
            );
            window.Mask(frame.Mask, mask, ignoreId);
            if (options.CategoryMaxRatio >= 1 || LargestShare(mask) <= options.CategoryMaxRatio)
                break;
        }

        var colour = new float[image.Length];
        window.Image(frame.Image.Pixels, colour, fill: 114);
        ColourChange.Draw(options, ref random).Apply(colour, image);
    }

    // Where the scaled frame is smaller than the crop it is placed at random inside it.
    private static int Offset(ref SeededRandom random, int slack) => slack >= 0 ? random.Next(slack + 1) : -random.Next(-slack + 1);

    private double LargestShare(ReadOnlySpan<byte> mask)
    {
        Span<int> counts = stackalloc int[256];
        counts.Clear();
        foreach (var id in mask)
            counts[id]++;
        int largest = 0,
            labelled = 0;
        for (var c = 0; c < classes; c++)
        {
            labelled += counts[c];
            largest = Math.Max(largest, counts[c]);
        }

        return labelled == 0 ? 1 : (double)largest / labelled;
    }
}
