using RoadSeg.Evaluation;

namespace RoadSeg.Trainer.Evaluation;

/// <summary>Scores of a whole set: one confusion matrix, and the boundary measure beside it.</summary>
/// <param name="Certainty">How often it is right by how sure it says it is; null of a predictor that does not say.</param>
internal sealed record SetScores(ConfusionMatrix Pixels, BoundaryF Boundaries, PrecisionByConfidence? Certainty)
{
    /// <summary>How often a pixel must be right to count as certain on cards.</summary>
    public const double CertainPrecision = 0.95;

    /// <summary>By class id from which confidence on a class is certain; null of classes that no pixel was given, or as a whole.</summary>
    public IReadOnlyList<CertainPixels?>? Certain => Certainty?.From(CertainPrecision);
}
