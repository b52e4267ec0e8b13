using RoadSeg.Datasets.Layouts;
using RoadSeg.Datasets.Masks;
using RoadSeg.Imaging;

namespace RoadSeg.Datasets.Checks;

/// <summary>A pair that was read, at the target size.</summary>
/// <param name="Pair">Where it came from.</param>
/// <param name="Split">Where it goes.</param>
/// <param name="Image">Pixels at the target size.</param>
/// <param name="Scan">Labels at the target size, and what the whole mask holds.</param>
/// <param name="SourceWidth">Width of the files in pixels.</param>
/// <param name="SourceHeight">Height of the files in pixels.</param>
/// <param name="ImageSha256">Of the image file's bytes.</param>
/// <param name="MaskSha256">Of the mask files' bytes.</param>
/// <param name="Hash">For near-duplicates.</param>
internal sealed record Sample(
    SamplePair Pair,
    Split Split,
    RgbImage Image,
    MaskScan Scan,
    int SourceWidth,
    int SourceHeight,
    byte[] ImageSha256,
    byte[] MaskSha256,
    PerceptualHash Hash
)
{
    public byte[] Ids => Scan.Ids;
}
