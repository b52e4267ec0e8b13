namespace RoadSeg.Trainer.Export;

/// <summary>Bilinear, half-pixel centres, to the size of another tensor.</summary>
internal sealed record ResizeLayer(string Name, string Input, string SizeOf) : Layer(Name, [Input, SizeOf]);
