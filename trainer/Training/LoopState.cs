namespace RoadSeg.Trainer.Training;

/// <summary>How far a run has come; together with the recipe it decides everything that follows.</summary>
/// <param name="Step">Updates done.</param>
/// <param name="BestMeanIou">Best evaluated mIoU so far, 0-1; null before the first evaluation.</param>
/// <param name="EvaluationsSinceBest">For early stop.</param>
internal sealed record LoopState(long Step, double? BestMeanIou, long BestStep, int EvaluationsSinceBest);
