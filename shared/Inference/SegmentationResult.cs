using RoadSeg.Imaging;

namespace RoadSeg.Inference;

/// <summary>Where the time of one image went.</summary>
/// <param name="Run">Filling the input and running the graph. Images of one batch share it: each states the whole batch's time.</param>
/// <param name="Upsample">From logits to class, confidence and summary at the output size.</param>
public readonly record struct SegmentationTimings(TimeSpan Run, TimeSpan Upsample);

/// <summary>Classes of every pixel of one image.</summary>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="ClassIds">Shape [Height, Width], values 0..classes-1.</param>
/// <param name="Confidence">Shape [Height, Width]: 255 times the probability of the pixel's class, rounded (softmax; sigmoid where
/// each class stands for itself, and for the background what that lacks to 1); null for models that give class ids only.</param>
/// <param name="Classes">One entry per class of the catalogue, in its order; pixel counts sum to exactly Width x Height.</param>
/// <param name="Timings">Stage times.</param>
public sealed record SegmentationResult(
    int Width, int Height, byte[] ClassIds, byte[]? Confidence, IReadOnlyList<ClassSummary> Classes, SegmentationTimings Timings);

/// <summary>One image of a batch.</summary>
/// <param name="Image">Model input, at a size the graph takes.</param>
/// <param name="OutputWidth">Width of the result in pixels, at least 1.</param>
/// <param name="OutputHeight">Height of the result in pixels, at least 1.</param>
public readonly record struct SegmentationInput(RgbImage Image, int OutputWidth, int OutputHeight);

/// <summary>Outcome of a passed self-test.</summary>
/// <param name="Agreement">Share of pixels equal to the package's golden mask, 0-1.</param>
/// <param name="MinimumAgreement">Share that the package demands.</param>
/// <param name="Elapsed">Time of the segmentation.</param>
/// <param name="Slow">That a run takes far longer than the package says, as half a sentence; null when it does not, or the package says nothing.</param>
public sealed record SelfTestReport(double Agreement, double MinimumAgreement, TimeSpan Elapsed, string? Slow);
