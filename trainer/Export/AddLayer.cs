using RoadSeg.Trainer.Model;

namespace RoadSeg.Trainer.Export;

/// <summary>Sum of two tensors; the second may be one pixel that is added everywhere.</summary>
internal sealed record AddLayer(string Name, string First, string Second, Activation Activation = Activation.None)
    : Layer(Name, [First, Second], Activation);
