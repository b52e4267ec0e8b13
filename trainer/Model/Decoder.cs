using static TorchSharp.torch;

namespace RoadSeg.Trainer.Model;

/// <summary>The decoder of DeepLabV3+: ASPP output at stride 4 beside projected low-level features, two 3x3 convolutions, a
/// classifier.</summary>
internal sealed class Decoder : nn.Module<Tensor, Tensor, Tensor>
{
    public Decoder(int low, ModelOptions options)
        : base(nameof(Decoder))
    {
        var channels = options.DecoderChannels;
        Low = new ConvUnit(new ConvShape(low, options.LowLevelChannels, 1), Activation.Relu);
        Refine =
        [
            new HeadConv(options.AsppChannels + options.LowLevelChannels, channels, 1, options.SeparableHead),
            new HeadConv(channels, channels, 1, options.SeparableHead),
        ];
        Classify = new ConvUnit(new ConvShape(channels, options.Classes, 1), Activation.None, norm: false);
        register_module("low", Low.Named());
        register_module("refine0", Refine[0]);
        register_module("refine1", Refine[1]);
        register_module("classify", Classify.Conv);
    }

    public ConvUnit Low { get; }

    public List<HeadConv> Refine { get; }

    public ConvUnit Classify { get; }

    public override Tensor forward(Tensor context, Tensor low)
    {
        var detail = Low.Forward(low);
        var x = Resize.To(context, detail.shape[2], detail.shape[3]);
        x = cat([x, detail], 1);
        return Classify.Forward(Refine[1].forward(Refine[0].forward(x)));
    }
}
