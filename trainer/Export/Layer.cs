using RoadSeg.Trainer.Model;

namespace RoadSeg.Trainer.Export;

/// <summary>One step of the network as inference runs it. Its name is also its output's name.</summary>
internal abstract record Layer(string Name, IReadOnlyList<string> Inputs, Activation Activation = Activation.None);
