using RoadSeg.Evaluation;
using RoadSeg.Trainer.Data;

namespace RoadSeg.Trainer.Pictures;

/// <summary>A frame with what a model made of it.</summary>
/// <param name="Prediction">Class ids [Height, Width] of the frame.</param>
/// <param name="Scores">Of this frame alone.</param>
internal sealed record ScoredFrame(Frame Frame, byte[] Prediction, ConfusionMatrix Scores);
