using RoadSeg.Trainer.Data;
using RoadSeg.Trainer.Model;
using RoadSeg.Trainer.Weights;
using static TorchSharp.torch;

namespace RoadSeg.Trainer.Export;

/// <summary>Walks the known modules (no tracing) and folds batch norm into the convolutions before it.</summary>
internal sealed class GraphBuilder
{
    private readonly List<Layer> _layers = [];

    public static ModelGraph Build(DeepLabV3Plus model)
    {
        var builder = new GraphBuilder();
        var (low, high) = model.Encoder switch
        {
            MobileNetV2Encoder mobile => builder.MobileNet(mobile),
            ResNetEncoder residual => builder.ResNet(residual),
            var other => throw new TrainerException($"{other.GetType().Name} has no export."),
        };
        var context = builder.Pyramid(model.Aspp, high);
        builder.Decode(model.Decoder, context, low);
        return new ModelGraph(builder._layers, model.Options.Classes);
    }

    private (string Low, string High) MobileNet(MobileNetV2Encoder encoder)
    {
        var x = Stem("encoder.features.0", encoder.Stem);
        var low = "";
        for (var i = 0; i < encoder.Blocks.Count; i++)
        {
            var (block, name, input) = (encoder.Blocks[i], $"encoder.features.{i + 1}", x);
            if (block.Expand is not null)
                x = Conv(name + ".expand", x, block.Expand);
            x = Conv(name + ".depthwise", x, block.Depthwise);
            x = Conv(name + ".project", x, block.Project);
            if (block.Residual)
                x = Add(new AddLayer(name + ".sum", x, input));
            if (i + 1 == MobileNetV2Encoder.LowIndex)
                low = x;
        }

        return (low, x);
    }

    private (string Low, string High) ResNet(ResNetEncoder encoder)
    {
        var x = Add(new MaxPoolLayer("encoder.maxpool", Stem("encoder.conv1", encoder.Stem)));
        var low = "";
        for (var l = 0; l < encoder.Layers.Count; l++)
        {
            for (var b = 0; b < encoder.Layers[l].Count; b++)
            {
                var (block, name, input) = (encoder.Layers[l][b], $"encoder.layer{l + 1}.{b}", x);
                for (var u = 0; u < block.Units.Count; u++)
                    x = Conv($"{name}.conv{u + 1}", x, block.Units[u]);
                if (block.Downsample is not null)
                    input = Conv(name + ".downsample", input, block.Downsample);
                x = Add(new AddLayer(name + ".sum", x, input, Activation.Relu));
            }

            if (l == 0)
                low = x;
        }

        return (low, x);
    }

    private string Pyramid(Aspp aspp, string input)
    {
        var branches = new List<string> { Conv("aspp.point", input, aspp.Point) };
        for (var i = 0; i < aspp.Rates.Count; i++)
            branches.Add(Head($"aspp.rate{i}", input, aspp.Rates[i]));
        var pooled = Conv("aspp.pooled", Add(new PoolLayer("aspp.average", input)), aspp.Pooled);

        // The projection of [branches, pooled] is the projection of the branches plus that of the one pooled pixel.
        var whole = Fold("aspp.project", "", aspp.Project);
        var perBranch = aspp.Point.Shape.Out;
        var split = perBranch * branches.Count;
        var shape = aspp.Project.Shape;
        var spatial = new ConvLayer(
            "aspp.project",
            Add(new ConcatLayer("aspp.concat", branches)),
            shape with
            {
                In = split,
            },
            Columns(whole, 0, split),
            whole.Bias,
            Activation.None
        );
        var constant = new ConvLayer(
            "aspp.project.pooled",
            pooled,
            shape with
            {
                In = perBranch,
            },
            Columns(whole, split, perBranch),
            new float[shape.Out],
            Activation.None
        );
        return Add(new AddLayer("aspp.output", Add(spatial), Add(constant), Activation.Relu));
    }

    private void Decode(Decoder decoder, string context, string low)
    {
        var detail = Conv("decoder.low", low, decoder.Low);
        var x = Add(new ConcatLayer("decoder.concat", [Add(new ResizeLayer("decoder.resize", context, detail)), detail]));
        for (var i = 0; i < decoder.Refine.Count; i++)
            x = Head($"decoder.refine{i}", x, decoder.Refine[i]);
        Conv("logits", x, decoder.Classify);
    }

    private string Head(string name, string input, HeadConv conv)
    {
        for (var i = 0; i < conv.Units.Count; i++)
            input = Conv($"{name}.{i}", input, conv.Units[i]);
        return input;
    }

    // pixel' = (pixel - 255 mean) enters; 1 / (255 deviation) belongs to the weights. Zero padding stays right because zero is zero in
    // both.
    private string Stem(string name, ConvUnit unit)
    {
        var layer = Fold(name, ModelGraph.Input, unit);
        var perChannel = unit.Shape.Kernel * unit.Shape.Kernel;
        for (var i = 0; i < layer.Weight.Length; i++)
            layer.Weight[i] /= 255 * ModelInput.Deviation[i / perChannel % 3];
        return Add(layer);
    }

    private string Conv(string name, string input, ConvUnit unit) => Add(Fold(name, input, unit));

    private string Add(Layer layer)
    {
        _layers.Add(layer);
        return layer.Name;
    }

    private static float[] Columns(ConvLayer layer, int first, int count)
    {
        var result = new float[layer.Shape.Out * count];
        for (var o = 0; o < layer.Shape.Out; o++)
            layer.Weight.AsSpan((o * layer.Shape.In) + first, count).CopyTo(result.AsSpan(o * count));
        return result;
    }

    private static ConvLayer Fold(string name, string input, ConvUnit unit)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var weight = Floats(unit.Conv.weight!);
        var bias = unit.Conv.bias is { } b ? Floats(b) : new float[unit.Shape.Out];
        if (unit.Norm is { } norm)
        {
            float[] gamma = Floats(norm.weight!),
                beta = Floats(norm.bias!),
                mean = Floats(norm.running_mean!),
                variance = Floats(norm.running_var!);
            var perOutput = weight.Length / unit.Shape.Out;
            for (var o = 0; o < unit.Shape.Out; o++)
            {
                var factor = gamma[o] / Math.Sqrt(variance[o] + ConvUnit.NormEpsilon);
                for (var i = 0; i < perOutput; i++)
                    weight[(o * perOutput) + i] = (float)(weight[(o * perOutput) + i] * factor);
                bias[o] = (float)(beta[o] + ((bias[o] - mean[o]) * factor));
            }
        }

        return new ConvLayer(name, input, unit.Shape, weight, bias, unit.Activation);
    }

    private static float[] Floats(Tensor tensor) => ModelWeights.Store(tensor).Floats();
}
