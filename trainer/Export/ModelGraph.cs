using RoadSeg.Trainer.Model;

namespace RoadSeg.Trainer.Export;

/// <summary>One step of the network as inference runs it. Its name is also its output's name.</summary>
internal abstract record Layer(string Name, IReadOnlyList<string> Inputs, Activation Activation = Activation.None);

/// <summary>A convolution with batch norm already folded in.</summary>
/// <param name="Weight">[Out, In / Groups, Kernel, Kernel].</param>
/// <param name="Bias">[Out].</param>
internal sealed record ConvLayer(string Name, string Input, ConvShape Shape, float[] Weight, float[] Bias, Activation Activation) : Layer(Name, [Input], Activation);

/// <summary>Sum of two tensors; the second may be one pixel that is added everywhere.</summary>
internal sealed record AddLayer(string Name, string First, string Second, Activation Activation = Activation.None) : Layer(Name, [First, Second], Activation);

/// <summary>Channels one after the other.</summary>
internal sealed record ConcatLayer(string Name, IReadOnlyList<string> Parts) : Layer(Name, Parts);

/// <summary>Average of all pixels.</summary>
internal sealed record PoolLayer(string Name, string Input) : Layer(Name, [Input]);

/// <summary>3x3 maximum at stride 2 (ResNet's stem).</summary>
internal sealed record MaxPoolLayer(string Name, string Input) : Layer(Name, [Input]);

/// <summary>Bilinear, half-pixel centres, to the size of another tensor.</summary>
internal sealed record ResizeLayer(string Name, string Input, string SizeOf) : Layer(Name, [Input, SizeOf]);

/// <summary>A network as a list of layers in order of execution. The first layer reads <see cref="Input"/>: float [N, 3, H, W], pixel minus mean x 255;
/// the scale of the normalisation is in the first convolution's weights.</summary>
internal sealed record ModelGraph(IReadOnlyList<Layer> Layers, int Classes)
{
    public const string Input = "centred";

    /// <summary>The tensor that the network's answer is.</summary>
    public string Output => Layers[^1].Name;
}
