using RoadSeg.Errors;

namespace RoadSeg.Functions.Labelling.LabelStudio;

/// <summary>What came of one task.</summary>
/// <param name="Prediction">JSON; empty where there is none.</param>
/// <param name="Failure">Why there is none.</param>
internal sealed record TaskOutcome(ReadOnlyMemory<byte> Prediction, RoadSegException? Failure);
