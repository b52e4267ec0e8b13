using TorchSharp;
using static TorchSharp.torch;

namespace RoadSeg.Torch.Interop;

/// <summary>The tags of native/roadseg_torch.h.</summary>
internal enum Tag
{
    Default = 0,
    None = 1,
    Tensor = 2,
    Int = 3,
    Double = 4,
    Bool = 5,
    IntList = 6,
    DoubleList = 7,
    TensorList = 8,
    OptionalTensorList = 9,
    Generator = 10,
    String = 11,
    Device = 12,
    BoolList = 13,
}

/// <summary>One argument of an operator. A null of any type is None; <see cref="Default"/> takes the schema's default.</summary>
internal readonly struct Arg
{
    public readonly Tag Tag;
    public readonly long Bits;
    public readonly object? Owner;

    public Arg(Tag tag, long bits, object? owner = null)
    {
        Tag = tag;
        Bits = bits;
        Owner = owner;
    }

    public static readonly Arg Default = new(Tag.Default, 0);
    public static readonly Arg None = new(Tag.None, 0);

    public static Arg Optionals(Tensor?[] tensors) => new(Tag.OptionalTensorList, 0, tensors);

    public static implicit operator Arg(Tensor? value) => value is null ? None : new(Tag.Tensor, 0, value);
    public static implicit operator Arg(long value) => new(Tag.Int, value);
    public static implicit operator Arg(int value) => new(Tag.Int, value);
    public static implicit operator Arg(double value) => new(Tag.Double, BitConverter.DoubleToInt64Bits(value));
    public static implicit operator Arg(bool value) => new(Tag.Bool, value ? 1 : 0);
    public static implicit operator Arg(long? value) => value is long v ? v : None;
    public static implicit operator Arg(double? value) => value is double v ? v : None;
    public static implicit operator Arg(bool? value) => value is bool v ? v : None;
    public static implicit operator Arg(ScalarType value) => new(Tag.Int, (long)value);
    public static implicit operator Arg(ScalarType? value) => value is ScalarType v ? v : None;
    public static implicit operator Arg(long[]? value) => value is null ? None : new(Tag.IntList, 0, value);
    public static implicit operator Arg(ReadOnlySpan<long> value) => new(Tag.IntList, 0, value.ToArray());
    public static implicit operator Arg(double[]? value) => value is null ? None : new(Tag.DoubleList, 0, value);
    public static implicit operator Arg(Tensor[] value) => new(Tag.TensorList, 0, value);
    public static implicit operator Arg(string? value) => value is null ? None : new(Tag.String, 0, value);
    public static implicit operator Arg(Generator? value) => value is null ? None : new(Tag.Generator, 0, value);
    public static implicit operator Arg(Scalar? value) => value is null ? None : new(value.Tag, value.Bits);

    public static implicit operator Arg(Device? value) =>
        value is null ? None : new(Tag.Device, (uint)value.type | ((long)value.index << 32));
}
