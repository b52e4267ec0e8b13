namespace RoadSeg.Functions.Labelling.Cvat;

/// <summary>A function as a nuclio dashboard lists it: what CVAT reads of that.</summary>
/// <param name="Metadata">Its name and what it says of itself.</param>
/// <param name="Spec">What it is.</param>
/// <param name="Status">Whether it runs.</param>
internal sealed record NuclioFunction(NuclioMetadata Metadata, NuclioSpec Spec, NuclioStatus Status);
