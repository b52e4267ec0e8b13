using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RoadSeg.Trainer.Model;

/// <summary>One 3x3 convolution of the head, or its depthwise-separable form.</summary>
internal sealed class HeadConv : nn.Module<Tensor, Tensor>
{
    public HeadConv(int input, int output, int dilation, bool separable)
        : base(nameof(HeadConv))
    {
        Units = separable
            ? [new ConvUnit(new ConvShape(input, input, 3, 1, dilation, input), Activation.Relu), new ConvUnit(new ConvShape(input, output, 1), Activation.Relu)]
            : [new ConvUnit(new ConvShape(input, output, 3, 1, dilation), Activation.Relu)];
        for (var i = 0; i < Units.Count; i++)
            register_module($"{i}", Units[i].Named());
    }

    public List<ConvUnit> Units { get; }

    public override Tensor forward(Tensor input) => Units.Aggregate(input, (x, unit) => unit.Forward(x));
}

/// <summary>Atrous spatial pyramid pooling (Chen et al. 2017): the deepest features seen at several dilations and as one average.</summary>
internal sealed class Aspp : nn.Module<Tensor, Tensor>
{
    private readonly Dropout _dropout;

    public Aspp(int input, ModelOptions options)
        : base(nameof(Aspp))
    {
        var channels = options.AsppChannels;
        Point = new ConvUnit(new ConvShape(input, channels, 1), Activation.Relu);
        Rates = [.. options.AsppRates.Select(rate => new HeadConv(input, channels, rate, options.SeparableHead))];
        Pooled = new ConvUnit(new ConvShape(input, channels, 1), Activation.Relu);
        Project = new ConvUnit(new ConvShape(channels * (Rates.Count + 2), channels, 1), Activation.Relu);
        _dropout = nn.Dropout(options.AsppDropout);
        register_module("point", Point.Named());
        for (var i = 0; i < Rates.Count; i++)
            register_module($"rate{i}", Rates[i]);
        register_module("pooled", Pooled.Named());
        register_module("project", Project.Named());
        register_module("dropout", _dropout);
    }

    public ConvUnit Point { get; }

    public List<HeadConv> Rates { get; }

    public ConvUnit Pooled { get; }

    public ConvUnit Project { get; }

    public override Tensor forward(Tensor input)
    {
        var branches = new List<Tensor> { Point.Forward(input) };
        branches.AddRange(Rates.Select(rate => rate.forward(input)));

        // A bilinear upsampling of one pixel is that pixel everywhere.
        var pooled = Pooled.Forward(input.mean([2, 3], keepdim: true));
        branches.Add(pooled.expand(pooled.shape[0], pooled.shape[1], input.shape[2], input.shape[3]));
        return _dropout.forward(Project.Forward(cat(branches, 1)));
    }
}

/// <summary>The decoder of DeepLabV3+: ASPP output at stride 4 beside projected low-level features, two 3x3 convolutions, a classifier.</summary>
internal sealed class Decoder : nn.Module<Tensor, Tensor, Tensor>
{
    public Decoder(int low, ModelOptions options)
        : base(nameof(Decoder))
    {
        var channels = options.DecoderChannels;
        Low = new ConvUnit(new ConvShape(low, options.LowLevelChannels, 1), Activation.Relu);
        Refine = [new HeadConv(options.AsppChannels + options.LowLevelChannels, channels, 1, options.SeparableHead), new HeadConv(channels, channels, 1, options.SeparableHead)];
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

internal static class Resize
{
    /// <summary>Bilinear, half-pixel centres (align_corners = false).</summary>
    public static Tensor To(Tensor x, long height, long width) =>
        x.shape[2] == height && x.shape[3] == width ? x : nn.functional.interpolate(x, [height, width], mode: InterpolationMode.Bilinear, align_corners: false);
}
