using RoadSeg.Imaging;

namespace RoadSeg.Datasets.Curation;

/// <summary>A sample of a curated set.</summary>
/// <param name="Id">Identifier.</param>
/// <param name="Image">Picture at the target size.</param>
/// <param name="Ids">Class ids [Height, Width] of the picture; 255 where unlabelled.</param>
public sealed record CuratedSample(string Id, RgbImage Image, byte[] Ids);
