namespace RoadSeg.Trainer.Export;

/// <summary>A network as a list of layers in order of execution. The first layer reads <see cref="Input"/>: float [N, 3, H, W], pixel minus
/// mean x 255; the scale of the normalisation is in the first convolution's weights.</summary>
internal sealed record ModelGraph(IReadOnlyList<Layer> Layers, int Classes)
{
    public const string Input = "centred";

    /// <summary>The tensor that the network's answer is.</summary>
    public string Output => Layers[^1].Name;
}
