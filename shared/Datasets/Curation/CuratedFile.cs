namespace RoadSeg.Datasets.Curation;

/// <summary>A file of a curated set.</summary>
/// <param name="File">Name, no folders.</param>
/// <param name="Sha256">Of its bytes, lower case hexadecimal.</param>
/// <param name="Bytes">Size.</param>
public sealed record CuratedFile(string File, string Sha256, long Bytes);
