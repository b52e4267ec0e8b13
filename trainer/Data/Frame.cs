using RoadSeg.Imaging;

namespace RoadSeg.Trainer.Data;

/// <summary>One image with its ground truth, decoded and in memory.</summary>
/// <param name="Name">File name without folders.</param>
/// <param name="Image">The picture at its own size.</param>
/// <param name="Mask">Class ids [Height, Width] of the picture; the catalogue's ignore id where unlabelled.</param>
/// <param name="Taught">What teachers say of a photo that nobody labelled, as <paramref name="Mask"/>; null for labelled frames.</param>
internal sealed record Frame(string Name, RgbImage Image, byte[] Mask, byte[]? Taught = null);
