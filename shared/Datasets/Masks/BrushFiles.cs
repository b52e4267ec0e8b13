namespace RoadSeg.Datasets.Masks;

/// <summary>One picture of 0 and 255 for each label.</summary>
internal sealed record BrushFiles(string Task, IReadOnlyList<(int Key, string Path)> Layers) : MaskFiles
{
    public override string Shown => Layers[0].Path;
}
