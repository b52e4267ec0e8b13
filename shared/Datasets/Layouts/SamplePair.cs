using RoadSeg.Datasets.Masks;

namespace RoadSeg.Datasets.Layouts;

/// <summary>An image with its mask.</summary>
/// <param name="Id">Unique in its split; no e-mail address.</param>
/// <param name="Group">Drive or scene that the layout knows, or null.</param>
/// <param name="Split">The layout's own division, or null.</param>
/// <param name="Image">Path.</param>
/// <param name="Mask">Where its labels are.</param>
internal sealed record SamplePair(string Id, string? Group, Split? Split, string Image, MaskFiles Mask);
