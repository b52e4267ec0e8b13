using static TorchSharp.torch;

namespace RoadSeg.Trainer.Model;

/// <summary>What the head reads: stride-4 features, mid-depth features (auxiliary loss) and the deepest ones.</summary>
internal readonly record struct Features(Tensor Low, Tensor Mid, Tensor High);
