using RoadSeg.Models;
using RoadSeg.Trainer.Evaluation;

namespace RoadSeg.Trainer.Export;

/// <summary>A graph that passed its checks, and its score.</summary>
internal sealed record ExportedGraph(Precision Precision, byte[] Content, SetScores Scores);
