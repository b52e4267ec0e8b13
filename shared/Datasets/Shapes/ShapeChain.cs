using RoadSeg.Datasets.Files;

namespace RoadSeg.Datasets.Shapes;

/// <summary>The shapes of one image in a temporary file.</summary>
/// <param name="Last">The one that was put last.</param>
/// <param name="Bytes">Of all of them.</param>
internal readonly record struct ShapeChain(Spilled Last, long Bytes);
