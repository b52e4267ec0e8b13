using RoadSeg.Evaluation;
using RoadSeg.Trainer.Data;

namespace RoadSeg.Trainer.Evaluation;

/// <summary>What a predictor made of one frame.</summary>
/// <param name="Prediction">Class ids [Height, Width] of the frame.</param>
/// <param name="Pixels">Scores of this frame alone.</param>
internal sealed record FrameResult(int Index, Frame Frame, byte[] Prediction, ConfusionMatrix Pixels);
