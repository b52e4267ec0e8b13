using System.Buffers.Binary;
using System.Text;

namespace RoadSeg.Tests;

/// <summary>Writes small ONNX graphs byte by byte (field numbers of onnx.proto3), for models no exporter would make.</summary>
public sealed class OnnxBytes
{
    private readonly List<byte[]> nodes = [];
    private readonly List<byte[]> initializers = [];
    private readonly List<byte[]> inputs = [];
    private readonly List<byte[]> outputs = [];

    public const int Float = 1;
    public const int UInt8 = 2;
    public const int Int8 = 3;
    public const int UInt16 = 4;
    public const int Int16 = 5;
    public const int Int32 = 6;
    public const int Int64 = 7;
    public const int Bool = 9;
    public const int Float16 = 10;
    public const int Double = 11;
    public const int UInt32 = 12;
    public const int UInt64 = 13;

    /// <param name="dims">A number, or a name for a free axis.</param>
    public OnnxBytes Input(string name, int type, params object[] dims)
    {
        inputs.Add(ValueInfo(name, type, dims));
        return this;
    }

    public OnnxBytes Output(string name, int type, params object[] dims)
    {
        outputs.Add(ValueInfo(name, type, dims));
        return this;
    }

    public OnnxBytes Weights(string name, float[] values, params long[] dims)
    {
        var raw = new byte[values.Length * 4];
        for (var i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(raw.AsSpan(i * 4), values[i]);
        initializers.Add([.. dims.SelectMany(dim => Number(1, dim)), .. Number(2, Float), .. Text(8, name), .. Bytes(9, raw)]);
        return this;
    }

    /// <summary>Weights that lie in another file.</summary>
    /// <param name="reference">Entries beside location: offset, length and whatever else.</param>
    public OnnxBytes Elsewhere(string name, string location, long[] dims, params (string Key, string Value)[] reference)
    {
        initializers.Add(External(name, location, dims, reference));
        return this;
    }

    /// <summary>The same in a constant of a node, written as attribute <c>value</c>.</summary>
    public OnnxBytes ConstantElsewhere(string to, string location, params long[] dims)
    {
        byte[] attribute = [.. Text(1, "value"), .. Bytes(5, External("", location, dims, [])), .. Number(20, 4)];
        nodes.Add([.. Text(2, to), .. Text(4, "Constant"), .. Bytes(5, attribute)]);
        return this;
    }

    /// <summary>A list of tensors as output.</summary>
    public OnnxBytes ListOutput(string name)
    {
        byte[] tensor = Bytes(1, Number(1, Float));
        outputs.Add([.. Text(1, name), .. Bytes(2, Bytes(4, Bytes(1, tensor)))]);
        return this;
    }

    /// <param name="attributes">Name to a number or an array of numbers, both integers.</param>
    public OnnxBytes Node(string op, string[] from, string to, params (string Name, object Value)[] attributes)
    {
        nodes.Add([
            .. from.SelectMany(name => Text(1, name)), .. Text(2, to), .. Text(4, op),
            .. attributes.SelectMany(attribute => Bytes(5, Attribute(attribute.Name, attribute.Value)))]);
        return this;
    }

    /// <param name="opset">Version of the operators.</param>
    /// <param name="form">Version of the file's form (IR).</param>
    public byte[] Build(int opset = 13, int form = 8)
    {
        byte[] graph = [
            .. nodes.SelectMany(node => Bytes(1, node)), .. Text(2, "g"), .. initializers.SelectMany(tensor => Bytes(5, tensor)),
            .. inputs.SelectMany(value => Bytes(11, value)), .. outputs.SelectMany(value => Bytes(12, value))];
        return [.. Number(1, form), .. Bytes(7, graph), .. Bytes(8, Number(2, opset))];
    }

    private static byte[] External(string name, string location, long[] dims, (string Key, string Value)[] reference) =>
    [
        .. dims.SelectMany(dim => Number(1, dim)), .. Number(2, Float), .. Text(8, name),
        .. reference.Prepend(("location", location)).SelectMany(entry => Bytes(13, [.. Text(1, entry.Item1), .. Text(2, entry.Item2)])), .. Number(14, 1),
    ];

    private static byte[] Attribute(string name, object value) => value is long[] numbers
        ? [.. Text(1, name), .. numbers.SelectMany(number => Number(8, number)), .. Number(20, 7)]
        : [.. Text(1, name), .. Number(3, Convert.ToInt64(value)), .. Number(20, 2)];

    private static byte[] ValueInfo(string name, int type, object[] dims)
    {
        byte[] shape = [.. dims.SelectMany(dim => Bytes(1, dim is string free ? Text(2, free) : Number(1, Convert.ToInt64(dim))))];
        return [.. Text(1, name), .. Bytes(2, Bytes(1, [.. Number(1, type), .. Bytes(2, shape)]))];
    }

    private static byte[] Number(int field, long value) => [.. Varint((ulong)field << 3), .. Varint((ulong)value)];

    private static byte[] Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    private static byte[] Bytes(int field, byte[] value) => [.. Varint(((ulong)field << 3) | 2), .. Varint((ulong)value.Length), .. value];

    private static List<byte> Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 128; value >>= 7)
            bytes.Add((byte)(value | 128));
        bytes.Add((byte)value);
        return bytes;
    }
}
