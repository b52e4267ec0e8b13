namespace RoadSeg.Trainer.Model;

/// <summary>Shape of a convolution; padding keeps the size at stride 1.</summary>
internal sealed record ConvShape(int In, int Out, int Kernel, int Stride = 1, int Dilation = 1, int Groups = 1)
{
    public int Padding => Kernel / 2 * Dilation;
}
