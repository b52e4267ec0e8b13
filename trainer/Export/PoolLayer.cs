namespace RoadSeg.Trainer.Export;

/// <summary>Average of all pixels.</summary>
internal sealed record PoolLayer(string Name, string Input) : Layer(Name, [Input]);
