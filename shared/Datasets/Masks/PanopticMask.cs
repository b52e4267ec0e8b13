namespace RoadSeg.Datasets.Masks;

/// <summary>A COCO panoptic picture: each segment's number is R + 256 G + 65536 B, the list says its category.</summary>
internal sealed record PanopticMask(string Path, (int Segment, int Category)[] Segments) : MaskFiles
{
    public override string Shown => Path;
}
