namespace RoadSeg.Datasets.Masks;

/// <summary>Where an image's labels are.</summary>
internal abstract record MaskFiles
{
    /// <summary>What names the mask in reports.</summary>
    public abstract string Shown { get; }
}
