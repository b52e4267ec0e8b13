using RoadSeg.Datasets.Masks;
using RoadSeg.Datasets.Shapes;
using RoadSeg.Errors;
using RoadSeg.Imaging;

namespace RoadSeg.Datasets.Layouts;

/// <summary>A region that a tool kept as a picture of its own within a list.</summary>
internal static class RegionPicture
{
    /// <param name="picture">A PNG, as a rule.</param>
    /// <param name="left">Column of the image that its first column is.</param>
    /// <param name="top">Row of the image that its first row is.</param>
    /// <param name="key">See <see cref="Shape"/>.</param>
    /// <param name="order">See <see cref="Shape"/>.</param>
    /// <param name="record">See <see cref="Shape"/>.</param>
    /// <param name="limits">Of the picture.</param>
    /// <exception cref="InvalidDataException">It cannot be decoded; the message says why.</exception>
    public static RunShape Read(byte[] picture, int left, int top, int key, int order, string record, ImageLimits limits)
    {
        try
        {
            var (inside, width, height) = MaskDecoder.DecodeRegion(picture, limits);
            return new RunShape(key, order, record, left, top, width, height, OfPicture: false, ByColumn: false, RunCounts.Of(inside));
        }
        catch (RoadSegException e) when (!e.IsTransient)
        {
            // What is to be done about a photo is none of a region's.
            throw new InvalidDataException($"its picture cannot be read: {e.Message.Split(". ")[0].TrimEnd('.')}.", e);
        }
    }
}
