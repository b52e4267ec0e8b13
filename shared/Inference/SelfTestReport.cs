namespace RoadSeg.Inference;

/// <summary>Outcome of a passed self-test.</summary>
/// <param name="Agreement">Share of pixels equal to the package's golden mask, 0-1.</param>
/// <param name="MinimumAgreement">Share that the package demands.</param>
/// <param name="Elapsed">Time of the segmentation.</param>
/// <param name="Slow">That a run takes far longer than the package says, as half a sentence; null when it does not, or the package says
/// nothing.</param>
public sealed record SelfTestReport(double Agreement, double MinimumAgreement, TimeSpan Elapsed, string? Slow);
