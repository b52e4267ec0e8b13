namespace RoadSeg.Datasets.Masks;

/// <summary>The labels of a pair, read.</summary>
/// <param name="Values">Dispose them.</param>
/// <param name="Sha256">Of the bytes that they came from.</param>
/// <param name="Findings">What was seen on the way.</param>
/// <param name="Turned">True where they were made on the picture as it is stored, and were turned upright with it.</param>
internal sealed record ReadMask(MaskValues Values, byte[] Sha256, IReadOnlyList<DatasetFault> Findings, bool Turned = false);
