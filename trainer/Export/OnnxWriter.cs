using System.Runtime.InteropServices;
using Google.Protobuf;
using RoadSeg.Models;
using RoadSeg.Trainer.Data;
using RoadSeg.Trainer.Export.Onnx;
using RoadSeg.Trainer.Model;
using AttributeKind = RoadSeg.Trainer.Export.Onnx.AttributeProto.Types.AttributeType;

namespace RoadSeg.Trainer.Export;

/// <summary>A <see cref="ModelGraph"/> as ONNX. Input <c>image</c>: uint8 [N, H, W, 3] RGB. Output <c>logits</c>: float [N, classes, H/4,
/// W/4].</summary>
internal sealed class OnnxWriter
{
    public const int Opset = 13;

    private const int IrVersion = 7;
    private const int Float = 1;
    private const int UInt8 = 2;
    private const int Int8 = 3;
    private const int Int32 = 6;
    private const int Int64 = 7;
    private const int Float16 = 10;

    private readonly GraphProto _graph = new() { Name = "deeplabv3plus" };
    private readonly Quantization? _quantization;
    private readonly bool _half;

    // Tensors that already went through quantise-dequantise, by their plain name.
    private readonly HashSet<string> _bytes = [];

    private OnnxWriter(Precision precision, Quantization? quantization) =>
        (_half, _quantization) = (precision == Precision.Fp16, quantization);

    /// <param name="graph">The network.</param>
    /// <param name="precision">fp16 keeps input and output types; int8 needs <paramref name="quantization"/>.</param>
    /// <param name="probes">Tensors to give out as well, for calibration.</param>
    public static byte[] Write(ModelGraph graph, Precision precision, Quantization? quantization = null, IEnumerable<string>? probes = null)
    {
        if (precision == Precision.Int8 != quantization is not null)
            throw new ArgumentException("int8 takes a quantisation, and nothing else does.", nameof(quantization));
        var writer = new OnnxWriter(precision, quantization);
        writer.Input(graph.Layers.OfType<ConvLayer>().Any(conv => conv.Input == ModelGraph.Input && quantization?.Quantizes(conv) == true));
        foreach (var layer in graph.Layers)
            writer.Layer(layer, layer.Name == graph.Output && precision != Precision.Fp16);
        if (precision == Precision.Fp16)
            writer.Node("Cast", "logits.to_float", ["logits.half"], "logits", Int("to", Float));
        writer._graph.Output.Add(Value("logits", Float, "N", $"{graph.Classes}", "rows", "columns"));
        foreach (var probe in probes ?? [])
            writer._graph.Output.Add(
                new ValueInfoProto
                {
                    Name = probe,
                    Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = Float } },
                }
            );
        var model = new ModelProto
        {
            IrVersion = IrVersion,
            ProducerName = "RoadSeg",
            Graph = writer._graph,
        };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = Opset });
        return model.ToByteArray();
    }

    private void Input(bool bytes)
    {
        _graph.Input.Add(Value("image", UInt8, "N", "H", "W", "3"));
        Node("Transpose", "image.planes", ["image"], "planes", Ints("perm", 0, 3, 1, 2));
        if (bytes)
            return;
        Node("Cast", "image.cast", ["planes"], "pixels", Int("to", _half ? Float16 : Float));
        Floats("mean", [.. ModelInput.Mean.Select(m => m * 255)], 1, 3, 1, 1);
        Node("Sub", "image.centre", ["pixels", "mean"], ModelGraph.Input);
    }

    private void Layer(Layer layer, bool last)
    {
        // The half-precision logits are cast at the very end; every other output carries its layer's name.
        var output = layer.Name == "logits" && !last ? "logits.half" : layer.Name;
        var plain = layer.Activation == Activation.None ? output : layer.Name + ".linear";
        switch (layer)
        {
            case ConvLayer conv:
                Conv(conv, plain);
                break;
            case AddLayer add:
                Node("Add", layer.Name, [Read(add.First), Read(add.Second)], plain);
                break;
            case ConcatLayer concat:
                Node("Concat", layer.Name, [.. concat.Parts.Select(Read)], plain, Int("axis", 1));
                break;
            case PoolLayer pool:
                Node("GlobalAveragePool", layer.Name, [Read(pool.Input)], plain);
                break;
            case MaxPoolLayer pool:
                Node(
                    "MaxPool",
                    layer.Name,
                    [Read(pool.Input)],
                    plain,
                    Ints("kernel_shape", 3, 3),
                    Ints("strides", 2, 2),
                    Ints("pads", 1, 1, 1, 1)
                );
                break;
            case ResizeLayer resize:
                Resize(resize, plain);
                break;
            default:
                throw new ArgumentException($"{layer.GetType().Name} has no ONNX form.", nameof(layer));
        }

        if (layer.Activation == Activation.Relu)
            Node("Relu", layer.Name + ".relu", [plain], output);
        else if (layer.Activation == Activation.Relu6)
            Node("Clip", layer.Name + ".relu6", [plain, Constant("zero", 0), Constant("six", 6)], output);
        if (_quantization is not null && GivesBytes(layer))
            Bytes(layer.Name);
    }

    // The runtime runs an operation in bytes when it finds them on both of its sides.
    private bool GivesBytes(Layer layer) =>
        layer switch
        {
            ConvLayer conv => _quantization!.Quantizes(conv),
            PoolLayer => false,
            ResizeLayer resize => _bytes.Contains(resize.Input),
            _ => layer.Inputs.All(_bytes.Contains),
        };

    private void Conv(ConvLayer conv, string output)
    {
        var shape = conv.Shape;
        long[] dims = [shape.Out, shape.In / shape.Groups, shape.Kernel, shape.Kernel];
        var inputs =
            _quantization?.Quantizes(conv) == true
                ? QuantizedInputs(conv, dims)
                : [Read(conv.Input), conv.Name + ".weight", conv.Name + ".bias"];
        if (inputs[1] == conv.Name + ".weight")
        {
            Floats(conv.Name + ".weight", conv.Weight, dims);
            Floats(conv.Name + ".bias", conv.Bias, shape.Out);
        }

        Node(
            "Conv",
            conv.Name,
            inputs,
            output,
            Ints("kernel_shape", shape.Kernel, shape.Kernel),
            Ints("strides", shape.Stride, shape.Stride),
            Ints("pads", shape.Padding, shape.Padding, shape.Padding, shape.Padding),
            Ints("dilations", shape.Dilation, shape.Dilation),
            Int("group", shape.Groups)
        );
    }

    // Weights: signed bytes, one scale per output channel. Bias: int32 at the product of both scales, where QLinearConv wants it.
    private string[] QuantizedInputs(ConvLayer conv, long[] dims)
    {
        var outputs = conv.Shape.Out;
        var each = conv.Weight.Length / outputs;
        var (scales, biasScales) = (new float[outputs], new float[outputs]);
        var (weights, biases) = (new sbyte[conv.Weight.Length], new int[outputs]);
        var input = ScaleOf(conv.Input);
        var bias = conv.Input == ModelGraph.Input ? OfPixels(conv) : conv.Bias;
        for (var o = 0; o < outputs; o++)
        {
            var row = conv.Weight.AsSpan(o * each, each);
            var largest = 0f;
            foreach (var w in row)
                largest = Math.Max(largest, Math.Abs(w));
            scales[o] = Math.Max(largest / 127, 1e-10f);
            biasScales[o] = scales[o] * input.Scale;
            for (var i = 0; i < each; i++)
                weights[(o * each) + i] = (sbyte)Math.Clamp(MathF.Round(row[i] / scales[o]), -127, 127);
            biases[o] = (int)Math.Clamp(Math.Round((double)bias[o] / biasScales[o]), int.MinValue, int.MaxValue);
        }

        var (weight, offset) = (conv.Name + ".weight", conv.Name + ".bias");
        Tensor(weight + ".bytes", Int8, MemoryMarshal.AsBytes<sbyte>(weights), dims);
        Tensor(weight + ".scale", Float, MemoryMarshal.AsBytes<float>(scales), outputs);
        Tensor(weight + ".zero", Int8, new byte[outputs], outputs);
        Node("DequantizeLinear", weight, [weight + ".bytes", weight + ".scale", weight + ".zero"], weight + ".value", Int("axis", 0));
        Tensor(offset + ".ints", Int32, MemoryMarshal.AsBytes<int>(biases), outputs);
        Tensor(offset + ".scale", Float, MemoryMarshal.AsBytes<float>(biasScales), outputs);
        Tensor(offset + ".zero", Int32, new byte[outputs * sizeof(int)], outputs);
        Node("DequantizeLinear", offset, [offset + ".ints", offset + ".scale", offset + ".zero"], offset + ".value", Int("axis", 0));
        return [Bytes(conv.Input), weight + ".value", offset + ".value"];
    }

    // w (pixel - mean) = w (pixel - zero) + w (zero - mean), of which the second is a constant but where the kernel reaches over the
    // border: what is padded there is zero instead of each channel's mean, 11 of 255 apart at most.
    private static float[] OfPixels(ConvLayer stem)
    {
        var (bias, area) = (stem.Bias.ToArray(), stem.Shape.Kernel * stem.Shape.Kernel);
        for (var i = 0; i < stem.Weight.Length; i++)
        {
            var mean = 255 * ModelInput.Mean[i / area % stem.Shape.In];
            bias[i / (area * stem.Shape.In)] += stem.Weight[i] * (ByteScale.Pixels.Zero - mean);
        }

        return bias;
    }

    private void Resize(ResizeLayer layer, string output)
    {
        var (input, name) = (Read(layer.Input), layer.Name);
        Longs("first_two", [0, 1]);
        Longs("last_two", [2, 3]);
        Node("Shape", name + ".from", [input], name + ".from_shape");
        Node("Shape", name + ".to", [Read(layer.SizeOf)], name + ".to_shape");
        Node("Gather", name + ".keep", [name + ".from_shape", "first_two"], name + ".batch_channels");
        Node("Gather", name + ".take", [name + ".to_shape", "last_two"], name + ".rows_columns");
        Node("Concat", name + ".join", [name + ".batch_channels", name + ".rows_columns"], name + ".size", Int("axis", 0));
        Node(
            "Resize",
            name,
            [input, "", "", name + ".size"],
            output,
            Text("mode", "linear"),
            Text("coordinate_transformation_mode", "half_pixel")
        );
    }

    // Whoever reads a tensor that went through bytes takes those, whether it computes in bytes or not.
    private string Read(string tensor) => _quantization is not null && _bytes.Contains(tensor) ? tensor + ".bytes_value" : tensor;

    private string Bytes(string tensor)
    {
        if (_bytes.Add(tensor))
        {
            var scale = ScaleOf(tensor);
            Tensor(tensor + ".scale", Float, MemoryMarshal.AsBytes<float>([scale.Scale]));
            Tensor(tensor + ".zero", UInt8, [scale.Zero]);
            var bytes = tensor == ModelGraph.Input ? "planes" : tensor + ".as_bytes";
            if (tensor != ModelGraph.Input)
                Node("QuantizeLinear", tensor + ".quantize", [tensor, tensor + ".scale", tensor + ".zero"], bytes);
            Node("DequantizeLinear", tensor + ".dequantize", [bytes, tensor + ".scale", tensor + ".zero"], tensor + ".bytes_value");
        }

        return tensor + ".bytes_value";
    }

    // The stem reads the photo's own bytes, whatever was measured of its input.
    private ByteScale ScaleOf(string tensor) => tensor == ModelGraph.Input ? ByteScale.Pixels : _quantization!.Scales[tensor];

    private void Node(string type, string name, IEnumerable<string> inputs, string output, params AttributeProto[] attributes)
    {
        var node = new NodeProto { OpType = type, Name = name };
        node.Input.AddRange(inputs);
        node.Output.Add(output);
        node.Attribute.AddRange(attributes);
        _graph.Node.Add(node);
    }

    private string Constant(string name, float value)
    {
        if (_graph.Initializer.All(t => t.Name != name))
            Floats(name, [value]);
        return name;
    }

    private void Floats(string name, float[] values, params long[] dims)
    {
        if (_half)
            Tensor(name, Float16, MemoryMarshal.AsBytes<Half>([.. values.Select(v => (Half)v)]), dims);
        else
            Tensor(name, Float, MemoryMarshal.AsBytes<float>(values), dims);
    }

    private void Longs(string name, long[] values) => Tensor(name, Int64, MemoryMarshal.AsBytes<long>(values), values.Length);

    private void Tensor(string name, int type, ReadOnlySpan<byte> data, params ReadOnlySpan<long> dims)
    {
        var tensor = new TensorProto
        {
            Name = name,
            DataType = type,
            RawData = ByteString.CopyFrom(data),
        };
        foreach (var dim in dims)
            tensor.Dims.Add(dim);
        _graph.Initializer.Add(tensor);
    }

    private static AttributeProto Int(string name, long value) =>
        new()
        {
            Name = name,
            I = value,
            Type = AttributeKind.Int,
        };

    private static AttributeProto Text(string name, string value) =>
        new()
        {
            Name = name,
            S = ByteString.CopyFromUtf8(value),
            Type = AttributeKind.String,
        };

    private static AttributeProto Ints(string name, params long[] values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeKind.Ints };
        attribute.Ints.AddRange(values);
        return attribute;
    }

    private static ValueInfoProto Value(string name, int type, params string[] dims)
    {
        var shape = new TensorShapeProto();
        foreach (var dim in dims)
            shape.Dim.Add(
                long.TryParse(dim, out var fixedSize)
                    ? new TensorShapeProto.Types.Dimension { DimValue = fixedSize }
                    : new TensorShapeProto.Types.Dimension { DimParam = dim }
            );
        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto
            {
                TensorType = new TypeProto.Types.Tensor { ElemType = type, Shape = shape },
            },
        };
    }
}
