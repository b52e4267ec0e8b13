namespace RoadSeg.Datasets.Curation;

/// <summary>A line of <c>samples.jsonl</c>.</summary>
/// <param name="Id">Identifier.</param>
/// <param name="Split">Where it went.</param>
/// <param name="Group">Drive or scene; empty for none.</param>
/// <param name="Width">At the target size, in pixels.</param>
/// <param name="Height">At the target size, in pixels.</param>
/// <param name="Image">Path of the source.</param>
/// <param name="ImageSha256">Of the source's bytes.</param>
/// <param name="Mask">Path of the source.</param>
/// <param name="MaskSha256">Of the source's bytes.</param>
public sealed record CuratedLine(
    string Id,
    Split Split,
    string Group,
    int Width,
    int Height,
    string Image,
    string ImageSha256,
    string Mask,
    string MaskSha256
);
