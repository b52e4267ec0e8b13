using RoadSeg.Evaluation;

namespace RoadSeg.Trainer.Evaluation;

/// <summary>Scores of a whole set: one confusion matrix, and the boundary measure beside it.</summary>
internal sealed record SetScores(ConfusionMatrix Pixels, BoundaryF Boundaries);
