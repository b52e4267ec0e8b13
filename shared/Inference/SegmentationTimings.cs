namespace RoadSeg.Inference;

/// <summary>Where the time of one image went.</summary>
/// <param name="Run">Filling the input and running the graph. Images of one batch share it: each states the whole batch's time.</param>
/// <param name="Upsample">From logits to class, confidence and summary at the output size.</param>
public readonly record struct SegmentationTimings(TimeSpan Run, TimeSpan Upsample);
