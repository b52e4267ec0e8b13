using System.Numerics.Tensors;
using RoadSeg.Imaging;
using RoadSeg.Labels;

namespace RoadSeg.Trainer.Data;

/// <summary>Scale, crop, mirror and colour changes of an image and its mask together. A sample is a function of the frame, the frame whose
/// rare classes are pasted and the stream's name alone.</summary>
internal sealed class Augmentation(AugmentationOptions options, PreprocessSpec input, LabelCatalogue labels)
{
    /// <summary>Each channel of pixels outside the frame.</summary>
    public const byte Outside = 114;

    private const int CropTries = 10;

    // A picture of this mean is dark as it is.
    private const float NightBelow = 60;

    private readonly byte _ignoreId = (byte)(labels.IgnoreId ?? 255);
    private readonly int _sky = labels.Classes.FirstOrDefault(c => c.Name == "sky")?.Id ?? -1;
    private readonly double[] _snowCover = Weather.SnowCover(labels);

    /// <param name="frame">Source.</param>
    /// <param name="random">The sample's own stream.</param>
    /// <param name="sample">Written.</param>
    /// <param name="donor">Labelled frame whose rare classes may be pasted; null for none.</param>
    /// <param name="rare">By class id, whether it is pasted.</param>
    public void Draw(Frame frame, SeededRandom random, Sample sample, Frame? donor = null, bool[]? rare = null)
    {
        var image = sample.Image;
        var mask = sample.Mask;
        var colour = new float[image.Length];
        Take(frame, ref random, colour, mask, sample.Taught);
        Bytes(colour, sample.Plain);
        if (donor is not null && rare is not null && random.Chance(options.Paste))
            Paste(donor, rare, ref random, colour, mask);

        var (width, height) = (options.CropWidth, options.CropHeight);
        var labelled = Labelled(mask, sample.Taught);
        if (Lot(options.Snow, ref random))
            Weather.Snow(colour, labelled, width, height, _snowCover, ref random);
        if (Lot(options.Haze, ref random))
            Weather.Haze(colour, width, height, ref random);
        ColourChange.Draw(options, ref random).Apply(colour, image);
        if (options is { Night: 0, Cast: 0, Blur: 0, Noise: 0, Jpeg: 0 })
            return;

        for (var i = 0; i < image.Length; i++)
            colour[i] = image[i];
        if (Lot(options.Night, ref random) && TensorPrimitives.Sum<float>(colour) > NightBelow * colour.Length)
            Night.Fall(colour, labelled, width, height, _sky, ref random);
        else if (Lot(options.Cast, ref random))
            CameraFaults.Cast(colour, ref random);
        if (Lot(options.Blur, ref random))
            CameraFaults.Blur(colour, width, height, ref random);
        if (Lot(options.Noise, ref random))
            CameraFaults.Noise(colour, ref random);
        Bytes(colour, image);
        if (Lot(options.Jpeg, ref random))
            CameraFaults.Jpeg(image, width, height, ref random);
    }

    private void Take(Frame frame, ref SeededRandom random, Span<float> image, Span<byte> mask, Span<byte> taught)
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
            window.Mask(frame.Mask, mask, _ignoreId);
            if (!taught.IsEmpty || options.CategoryMaxRatio >= 1 || LargestShare(mask) <= options.CategoryMaxRatio)
                break;
        }

        window.Image(frame.Image.Pixels, image, fill: Outside);
        if (!taught.IsEmpty)
            window.Mask(frame.Taught ?? frame.Mask, taught, _ignoreId);
    }

    // What a mask says, and where it says nothing, what teachers say.
    private ReadOnlySpan<byte> Labelled(ReadOnlySpan<byte> mask, ReadOnlySpan<byte> taught)
    {
        if (taught.IsEmpty)
            return mask;
        var both = mask.ToArray();
        for (var i = 0; i < both.Length; i++)
        {
            if (both[i] == _ignoreId)
                both[i] = taught[i];
        }

        return both;
    }

    // Their labels are true, and they stand where such things stand in a picture of a road.
    private void Paste(Frame donor, bool[] rare, ref SeededRandom random, Span<float> image, Span<byte> mask)
    {
        var (pixels, ids) = (new float[image.Length], new byte[mask.Length]);
        Take(donor, ref random, pixels, ids, []);
        for (var i = 0; i < ids.Length; i++)
        {
            if (ids[i] >= rare.Length || !rare[ids[i]])
                continue;
            mask[i] = ids[i];
            pixels.AsSpan(3 * i, 3).CopyTo(image[(3 * i)..]);
        }
    }

    // Where there is no such change, no lot is drawn: samples stay what they were.
    private static bool Lot(double share, ref SeededRandom random) => share > 0 && random.Chance(share);

    private static void Bytes(ReadOnlySpan<float> from, Span<byte> to)
    {
        for (var i = 0; i < to.Length; i++)
            to[i] = (byte)Math.Clamp(from[i] + 0.5f, 0, 255);
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
        for (var c = 0; c < labels.Count; c++)
        {
            labelled += counts[c];
            largest = Math.Max(largest, counts[c]);
        }

        return labelled == 0 ? 1 : (double)largest / labelled;
    }
}
