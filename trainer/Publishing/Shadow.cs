using RoadSeg.Imaging;
using RoadSeg.Inference;

namespace RoadSeg.Trainer.Publishing;

/// <summary>What a model would have said of a photo.</summary>
internal static class Shadow
{
    private const int LongestSide = 1024;

    /// <returns>Class ids of the photo, scaled down to at most 1024 pixels a side: of two models, of the same size.</returns>
    public static byte[] Segment(SegmentationEngine engine, byte[] photo)
    {
        var header = ImageProbe.Read(photo, ImageLimits.Default);
        var scale = Math.Min(1, (double)LongestSide / Math.Max(header.Width, header.Height));
        var (width, height) = (Math.Max(1, (int)Math.Round(header.Width * scale)), Math.Max(1, (int)Math.Round(header.Height * scale)));
        return engine.Segment(ImageDecoder.DecodeForModel(photo, header, engine.Model.Preprocess), width, height).ClassIds;
    }
}
