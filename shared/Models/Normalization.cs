namespace RoadSeg.Models;

/// <summary>How pixels become floats: <c>value = (pixel * scale - mean) / std</c>, channel by channel.</summary>
/// <param name="Scale">3 factors, in the graph's channel order (1/255 for models that want 0-1).</param>
/// <param name="Mean">3 means, in units of the scaled pixel.</param>
/// <param name="Std">3 deviations, in units of the scaled pixel, none of them 0.</param>
public sealed record Normalization(IReadOnlyList<double> Scale, IReadOnlyList<double> Mean, IReadOnlyList<double> Std);
