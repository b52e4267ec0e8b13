using RoadSeg.Labels;

namespace RoadSeg.Datasets;

/// <summary>A class to map to.</summary>
/// <param name="Name">Unique name.</param>
/// <param name="Color">Display colour; one is chosen when it is missing.</param>
public sealed record ClassSpec(string Name, RgbColor? Color = null);
