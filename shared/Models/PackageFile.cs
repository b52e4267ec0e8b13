namespace RoadSeg.Models;

/// <summary>A file of the package.</summary>
/// <param name="Sha256">SHA-256 of the content, 64 lower-case hexadecimal digits.</param>
/// <param name="Bytes">Length in bytes.</param>
public sealed record PackageFile(string Sha256, long Bytes);
