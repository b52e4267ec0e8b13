using RoadSeg.Labels;

namespace RoadSeg.Inference;

/// <summary>Classes of every pixel of one image.</summary>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="ClassIds">Shape [Height, Width], values 0..classes-1.</param>
/// <param name="Confidence">Shape [Height, Width]: 255 times the probability of the pixel's class, rounded (softmax; sigmoid where
/// each class stands for itself, and for the background what that lacks to 1); null for models that give class ids only.</param>
/// <param name="Classes">One entry per class of the catalogue, in its order; pixel counts sum to exactly Width x Height.</param>
/// <param name="Timings">Stage times.</param>
/// <param name="Asked">Shape [Height, Width]: 255 times the probability of the class that was asked for, rounded; null when none was, or
/// the model gives class ids only.</param>
public sealed record SegmentationResult(
    int Width,
    int Height,
    byte[] ClassIds,
    byte[]? Confidence,
    IReadOnlyList<ClassSummary> Classes,
    SegmentationTimings Timings,
    byte[]? Asked = null
)
{
    internal static SegmentationResult Of(ClassMap map, LabelCatalogue labels, SegmentationTimings timings) =>
        new(map.Width, map.Height, map.ClassIds, map.Confidence, map.Summarize(labels), timings, map.Asked);
}
