namespace RoadSeg.Inference;

/// <summary>What is background where each channel stands for itself.</summary>
/// <param name="Id">The background's class id.</param>
/// <param name="Threshold">The logit from which a pixel is no background.</param>
internal readonly record struct BackgroundRule(int Id, float Threshold);
