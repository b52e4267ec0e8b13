using RoadSeg.Results;

namespace RoadSeg.Functions.Labelling;

/// <summary>An object of a mask.</summary>
/// <param name="Name">The name of its class.</param>
/// <param name="Object">Its pixels.</param>
/// <param name="Confidence">The mean probability of its pixels, 0-1; null where the model gives none.</param>
internal sealed record LabelledObject(string Name, MaskObject Object, double? Confidence);
