using RoadSeg.Datasets.Shapes;

namespace RoadSeg.Datasets.Masks;

/// <summary>How the shapes of a set become values.</summary>
/// <param name="Rules">What lies over what, by value.</param>
/// <param name="Values">Value by a shape's key, where the two differ; null where they do not.</param>
internal sealed record ShapeLabels(PaintRules Rules, IReadOnlyDictionary<int, int>? Values = null);
