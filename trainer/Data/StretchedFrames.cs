using System.Collections;
using RoadSeg.Imaging;

namespace RoadSeg.Trainer.Data;

/// <summary>Frames of another set at one size, whatever their shape: pictures by the serving resizer, masks by nearest neighbour. What many
/// tutorials score at (256 x 256): small things vanish from the ground truth, so the figures are higher than at its own size.</summary>
internal sealed class StretchedFrames(IReadOnlyList<Frame> frames, PreprocessSpec size) : IReadOnlyList<Frame>
{
    public int Count => frames.Count;

    public Frame this[int index]
    {
        get
        {
            var frame = frames[index];
            return new Frame(frame.Name, ImageDecoder.ResizeForModel(frame.Image, size), Nearest(frame));
        }
    }

    public IEnumerator<Frame> GetEnumerator() => Enumerable.Range(0, Count).Select(i => this[i]).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    // Half-pixel centres: floor((i + 0.5) * from / to).
    private byte[] Nearest(Frame frame)
    {
        var (width, height) = (frame.Image.Width, frame.Image.Height);
        var mask = new byte[size.Width * size.Height];
        for (var y = 0; y < size.Height; y++)
        {
            var row = (int)((((2L * y) + 1) * height) / (2L * size.Height)) * width;
            for (var x = 0; x < size.Width; x++)
                mask[(y * size.Width) + x] = frame.Mask[row + (int)((((2L * x) + 1) * width) / (2L * size.Width))];
        }

        return mask;
    }
}
