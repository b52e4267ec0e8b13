namespace RoadSeg.Datasets.Masks;

/// <summary>One picture of labels.</summary>
internal sealed record MaskFile(string Path) : MaskFiles
{
    public override string Shown => Path;
}
