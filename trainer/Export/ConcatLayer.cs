namespace RoadSeg.Trainer.Export;

/// <summary>Channels one after the other.</summary>
internal sealed record ConcatLayer(string Name, IReadOnlyList<string> Parts) : Layer(Name, Parts);
