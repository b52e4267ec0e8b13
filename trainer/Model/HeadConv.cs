using static TorchSharp.torch;

namespace RoadSeg.Trainer.Model;

/// <summary>One 3x3 convolution of the head, or its depthwise-separable form.</summary>
internal sealed class HeadConv : nn.Module<Tensor, Tensor>
{
    public HeadConv(int input, int output, int dilation, bool separable)
        : base(nameof(HeadConv))
    {
        Units = separable
            ?
            [
                new ConvUnit(new ConvShape(input, input, 3, 1, dilation, input), Activation.Relu),
                new ConvUnit(new ConvShape(input, output, 1), Activation.Relu),
            ]
            : [new ConvUnit(new ConvShape(input, output, 3, 1, dilation), Activation.Relu)];
        for (var i = 0; i < Units.Count; i++)
            register_module($"{i}", Units[i].Named());
    }

    public List<ConvUnit> Units { get; }

    public override Tensor forward(Tensor input) => Units.Aggregate(input, (x, unit) => unit.Forward(x));
}
