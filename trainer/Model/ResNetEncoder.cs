using RoadSeg.Trainer.Libtorch;
using static TorchSharp.torch;

namespace RoadSeg.Trainer.Model;

/// <summary>ResNet (He et al. 2016; stride on the 3x3 as torchvision has it) up to layer4.</summary>
internal sealed class ResNetEncoder : Encoder
{
    private readonly int _expansion;
    private readonly List<nn.Module> _stages = [];

    public ResNetEncoder(Backbone backbone, int outputStride)
        : base(nameof(ResNetEncoder))
    {
        int[] depths = backbone switch
        {
            Backbone.ResNet18 => [2, 2, 2, 2],
            Backbone.ResNet34 or Backbone.ResNet50 => [3, 4, 6, 3],
            Backbone.ResNet101 => [3, 4, 23, 3],
            _ => throw new TrainerException($"{backbone} is no ResNet."),
        };
        var bottleneck = backbone is Backbone.ResNet50 or Backbone.ResNet101;
        _expansion = bottleneck ? 4 : 1;
        Stem = new ConvUnit(new ConvShape(3, 64, 7, Stride: 2), Activation.Relu);
        register_module("conv1", Stem.Conv);
        register_module("bn1", Stem.Norm!);
        _stages.AddRange([Stem.Conv, Stem.Norm!]);

        var (channels, stride, dilation) = (64, 4, 1);
        for (var layer = 0; layer < 4; layer++)
        {
            var width = 64 << layer;
            var wanted = layer == 0 ? 1 : 2;
            var step = stride * wanted > outputStride ? 1 : wanted;
            stride *= step;

            // The first block still runs at the dilation before it; the rest make up for the stride not taken.
            var first = dilation;
            dilation *= wanted / step;
            var blocks = new List<ResidualBlock>();
            for (var i = 0; i < depths[layer]; i++)
            {
                blocks.Add(
                    new ResidualBlock(channels, width, width * _expansion, i == 0 ? step : 1, i == 0 ? first : dilation, bottleneck)
                );
                channels = width * _expansion;
            }

            Layers.Add(blocks);
            var named = nn.Sequential(blocks.Select((b, i) => ($"{i}", (nn.Module<Tensor, Tensor>)b)));
            register_module($"layer{layer + 1}", named);
            _stages.Add(named);
        }
    }

    public ConvUnit Stem { get; }

    public List<List<ResidualBlock>> Layers { get; } = [];

    public override int LowChannels => 64 * _expansion;

    public override int MidChannels => 256 * _expansion;

    public override int HighChannels => 512 * _expansion;

    public override IReadOnlyList<nn.Module> Stages => _stages;

    public override Features forward(Tensor input)
    {
        var x = nn.functional.max_pool2d(Stem.Forward(input), 3, 2, 1);
        var ends = new Tensor[4];
        for (var i = 0; i < 4; i++)
        {
            foreach (var block in Layers[i])
                x = block.forward(x);
            ends[i] = x;
        }

        return new Features(ends[0], ends[2], ends[3]);
    }

    /// <summary>Two 3x3 convolutions, or 1x1-3x3-1x1, beside an identity or a 1x1 projection.</summary>
    internal sealed class ResidualBlock : nn.Module<Tensor, Tensor>
    {
        public ResidualBlock(int input, int width, int output, int stride, int dilation, bool bottleneck)
            : base(nameof(ResidualBlock))
        {
            Units = bottleneck
                ?
                [
                    new ConvUnit(new ConvShape(input, width, 1), Activation.Relu),
                    new ConvUnit(new ConvShape(width, width, 3, stride, dilation), Activation.Relu),
                    new ConvUnit(new ConvShape(width, output, 1), Activation.None),
                ]
                :
                [
                    new ConvUnit(new ConvShape(input, width, 3, stride, dilation), Activation.Relu),
                    new ConvUnit(new ConvShape(width, output, 3, 1, dilation), Activation.None),
                ];
            for (var i = 0; i < Units.Count; i++)
            {
                register_module($"conv{i + 1}", Units[i].Conv);
                register_module($"bn{i + 1}", Units[i].Norm!);
            }

            if (stride != 1 || input != output)
            {
                Downsample = new ConvUnit(new ConvShape(input, output, 1, stride), Activation.None);
                register_module("downsample", Downsample.Named());
            }
        }

        public List<ConvUnit> Units { get; }

        public ConvUnit? Downsample { get; }

        public override Tensor forward(Tensor input)
        {
            var x = input;
            foreach (var unit in Units)
                x = unit.Forward(x);
            return x.add_(Downsample?.Forward(input) ?? input, HeldScalars.One).relu_();
        }
    }
}
