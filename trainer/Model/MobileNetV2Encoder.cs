using RoadSeg.Trainer.Libtorch;
using static TorchSharp.torch;

namespace RoadSeg.Trainer.Model;

/// <summary>MobileNetV2 (Sandler et al. 2018, width 1.0) without its last 1x1 convolution: features.0 to features.17 of torchvision's
/// <c>mobilenet_v2</c>.</summary>
internal sealed class MobileNetV2Encoder : Encoder
{
    // expansion, channels, repeats, stride of the first repeat
    private static readonly (int T, int C, int N, int S)[] Plan =
    [
        (1, 16, 1, 1),
        (6, 24, 2, 2),
        (6, 32, 3, 2),
        (6, 64, 4, 2),
        (6, 96, 3, 1),
        (6, 160, 3, 2),
        (6, 320, 1, 1),
    ];

    public const int LowIndex = 3;
    private const int MidIndex = 13;

    private readonly List<nn.Module> _stages = [];

    public MobileNetV2Encoder(int outputStride)
        : base(nameof(MobileNetV2Encoder))
    {
        Stem = new ConvUnit(new ConvShape(3, 32, 3, Stride: 2), Activation.Relu6);
        var features = new List<(string, nn.Module<Tensor, Tensor>)> { ("0", Stem.Named()) };
        var (channels, stride, dilation) = (32, 2, 1);
        foreach (var (t, c, n, s) in Plan)
        {
            for (var i = 0; i < n; i++)
            {
                // Past the output stride a block keeps its resolution, and the blocks after it dilate instead.
                var wanted = i == 0 ? s : 1;
                var step = stride * wanted > outputStride ? 1 : wanted;
                var block = new InvertedResidual(channels, c, step, t, dilation);
                stride *= step;
                dilation *= wanted / step;
                Blocks.Add(block);
                features.Add(($"{features.Count}", block));
                channels = c;
            }
        }

        _stages.AddRange(features.Select(f => f.Item2));
        register_module("features", nn.Sequential(features));
    }

    public ConvUnit Stem { get; }

    public List<InvertedResidual> Blocks { get; } = [];

    public override int LowChannels => 24;

    public override int MidChannels => 96;

    public override int HighChannels => 320;

    public override IReadOnlyList<nn.Module> Stages => _stages;

    public override Features forward(Tensor input)
    {
        var x = Stem.Forward(input);
        Tensor? low = null,
            mid = null;
        for (var i = 0; i < Blocks.Count; i++)
        {
            x = Blocks[i].forward(x);
            if (i + 1 == LowIndex)
                low = x;
            if (i + 1 == MidIndex)
                mid = x;
        }

        return new Features(low!, mid!, x);
    }

    /// <summary>Expand, filter depthwise, project; the input is added where shapes allow.</summary>
    internal sealed class InvertedResidual : nn.Module<Tensor, Tensor>
    {
        public InvertedResidual(int input, int output, int stride, int expansion, int dilation)
            : base(nameof(InvertedResidual))
        {
            var hidden = input * expansion;
            Expand = expansion == 1 ? null : new ConvUnit(new ConvShape(input, hidden, 1), Activation.Relu6);
            Depthwise = new ConvUnit(new ConvShape(hidden, hidden, 3, stride, dilation, hidden), Activation.Relu6);
            Project = new ConvUnit(new ConvShape(hidden, output, 1), Activation.None);
            Residual = stride == 1 && input == output;
            var parts = new List<nn.Module<Tensor, Tensor>>();
            if (Expand is not null)
                parts.Add(Expand.Named());
            parts.Add(Depthwise.Named());
            parts.Add(Project.Conv);
            parts.Add(Project.Norm!);
            register_module("conv", nn.Sequential(parts.Select((p, i) => ($"{i}", p))));
        }

        public ConvUnit? Expand { get; }

        public ConvUnit Depthwise { get; }

        public ConvUnit Project { get; }

        public bool Residual { get; }

        public override Tensor forward(Tensor input)
        {
            var x = Expand?.Forward(input) ?? input;
            x = Project.Forward(Depthwise.Forward(x));
            return Residual ? x.add_(input, HeldScalars.One) : x;
        }
    }
}
