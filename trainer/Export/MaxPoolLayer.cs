namespace RoadSeg.Trainer.Export;

/// <summary>3x3 maximum at stride 2 (ResNet's stem).</summary>
internal sealed record MaxPoolLayer(string Name, string Input) : Layer(Name, [Input]);
