namespace RoadSeg.Trainer.Export;

/// <summary>Which convolutions run in 8 bits, and the scale of every tensor.</summary>
/// <param name="Scales">By tensor name; the graph's input included.</param>
/// <param name="Float">Layers that stay in float.</param>
internal sealed record Quantization(IReadOnlyDictionary<string, ByteScale> Scales, IReadOnlySet<string> Float)
{
    public bool Quantizes(ConvLayer layer) => !Float.Contains(layer.Name);
}
