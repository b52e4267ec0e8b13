using RoadSeg.Trainer.Model;

namespace RoadSeg.Trainer.Export;

/// <summary>A convolution with batch norm already folded in.</summary>
/// <param name="Weight">[Out, In / Groups, Kernel, Kernel].</param>
/// <param name="Bias">[Out].</param>
internal sealed record ConvLayer(string Name, string Input, ConvShape Shape, float[] Weight, float[] Bias, Activation Activation)
    : Layer(Name, [Input], Activation);
