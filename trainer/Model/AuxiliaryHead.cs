using static TorchSharp.torch;

namespace RoadSeg.Trainer.Model;

/// <summary>A small FCN head on mid-depth features; its loss helps deep encoders learn from scratch.</summary>
internal sealed class AuxiliaryHead : nn.Module<Tensor, Tensor>
{
    private readonly ConvUnit _reduce;
    private readonly ConvUnit _classify;

    public AuxiliaryHead(int input, int classes)
        : base(nameof(AuxiliaryHead))
    {
        _reduce = new ConvUnit(new ConvShape(input, input / 4, 3), Activation.Relu);
        _classify = new ConvUnit(new ConvShape(input / 4, classes, 1), Activation.None, norm: false);
        register_module("reduce", _reduce.Named());
        register_module("classify", _classify.Conv);
    }

    public override Tensor forward(Tensor input) => _classify.Forward(_reduce.Forward(input));
}
