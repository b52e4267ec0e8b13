using RoadSeg.Imaging;

namespace RoadSeg.Inference;

/// <summary>One image of a batch.</summary>
/// <param name="Image">Model input, at a size the graph takes.</param>
/// <param name="OutputWidth">Width of the result in pixels, at least 1.</param>
/// <param name="OutputHeight">Height of the result in pixels, at least 1.</param>
public readonly record struct SegmentationInput(RgbImage Image, int OutputWidth, int OutputHeight);
