namespace RoadSeg.Trainer.Evaluation;

/// <summary>What a predictor makes of a picture.</summary>
/// <param name="Ids">Class ids [Height, Width].</param>
/// <param name="Confidence">255 times the probability of each pixel's class, of that shape; null where it tells none.</param>
internal sealed record Prediction(byte[] Ids, byte[]? Confidence);
