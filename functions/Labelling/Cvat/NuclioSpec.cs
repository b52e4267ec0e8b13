namespace RoadSeg.Functions.Labelling.Cvat;

/// <summary>Of a function.</summary>
/// <param name="Description">Shown to people.</param>
internal sealed record NuclioSpec(string Description);
