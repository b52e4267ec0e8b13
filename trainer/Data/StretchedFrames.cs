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
            return new Frame(
                frame.Name,
                ImageDecoder.ResizeForModel(frame.Image, size),
                new IndexedImage(frame.Image.Width, frame.Image.Height, frame.Mask, null).ResizeTo(size.Width, size.Height).Ids
            );
        }
    }

    public IEnumerator<Frame> GetEnumerator() => Enumerable.Range(0, Count).Select(i => this[i]).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
