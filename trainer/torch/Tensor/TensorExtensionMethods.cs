using TorchSharp.Modules;
using TorchSharp.Utils;

namespace TorchSharp;

public static class TensorExtensionMethods
{
    /// <summary>Makes a parameter of the tensor, which becomes empty.</summary>
    public static Parameter AsParameter(this torch.Tensor tensor) => new(tensor);

    /// <summary>Bytes of one element.</summary>
    public static int ElementSize(this torch.ScalarType type) => type switch
    {
        torch.ScalarType.Byte or torch.ScalarType.Int8 or torch.ScalarType.Bool => 1,
        torch.ScalarType.Int16 or torch.ScalarType.Float16 or torch.ScalarType.BFloat16 => 2,
        torch.ScalarType.Int32 or torch.ScalarType.Float32 => 4,
        torch.ScalarType.ComplexFloat64 => 16,
        _ => 8,
    };

    public static long TotalSize(this IEnumerable<long> shape) => shape.Aggregate(1L, static (product, d) => product * d);

    public static float ToSingle(this torch.Tensor value) => value.ToScalar().ToSingle();

    public static double ToDouble(this torch.Tensor value) => value.ToScalar().ToDouble();

    public static sbyte ToSByte(this torch.Tensor value) => value.ToScalar().ToSByte();

    public static byte ToByte(this torch.Tensor value) => value.ToScalar().ToByte();

    public static short ToInt16(this torch.Tensor value) => value.ToScalar().ToInt16();

    public static int ToInt32(this torch.Tensor value) => value.ToScalar().ToInt32();

    public static long ToInt64(this torch.Tensor value) => value.ToScalar().ToInt64();

    public static bool ToBoolean(this torch.Tensor value) => value.ToScalar().ToBoolean();

    /// <summary>Writes type, shape and elements in TorchSharp's format.</summary>
    public static void Save(this torch.Tensor tensor, BinaryWriter writer)
    {
        writer.Encode((int)tensor.dtype);
        long[] shape = tensor.shape;
        writer.Encode(shape.Length);
        foreach (long d in shape)
            writer.Encode(d);
        writer.Flush();
        tensor.WriteBytesToStream(writer.BaseStream);
    }

    /// <summary>Reads elements into a tensor of the same type and shape.</summary>
    /// <exception cref="ArgumentException">The stream holds another type or shape.</exception>
    public static void Load(this torch.Tensor tensor, BinaryReader reader, bool skip = false)
    {
        (torch.ScalarType type, long[] shape) = ReadHeader(reader);
        if (skip)
        {
            Skip(reader, type, shape);
            return;
        }

        if (type != tensor.dtype || !shape.AsSpan().SequenceEqual(tensor.shape))
            throw new ArgumentException($"Mismatched tensor: expected {tensor}, but found [{string.Join("x", shape)}], type = {type}.");
        tensor.ReadBytesFromStream(reader.BaseStream);
    }

    /// <summary>Reads a new tensor; with <paramref name="skip"/> only passes over it and returns an empty one.</summary>
    public static torch.Tensor Load(BinaryReader reader, bool skip = false)
    {
        (torch.ScalarType type, long[] shape) = ReadHeader(reader);
        if (skip)
        {
            Skip(reader, type, shape);
            return null!;
        }

        torch.Tensor tensor = torch.empty(shape, type, torch.CPU);
        tensor.ReadBytesFromStream(reader.BaseStream);
        return tensor;
    }

    private static (torch.ScalarType, long[]) ReadHeader(BinaryReader reader)
    {
        var type = (torch.ScalarType)reader.Decode();
        if (!Enum.IsDefined(type))
            throw new InvalidDataException($"element type {(int)type} is not known: this is not a tensor file.");
        long rank = reader.Decode();
        if (rank is < 0 or > 64)
            throw new InvalidDataException($"a tensor of {rank} dimensions: this is not a tensor file.");
        var shape = new long[rank];
        for (int d = 0; d < shape.Length; d++)
            shape[d] = reader.Decode();
        return (type, shape);
    }

    private static void Skip(BinaryReader reader, torch.ScalarType type, long[] shape)
    {
        long left = checked(shape.TotalSize() * type.ElementSize());
        Span<byte> buffer = stackalloc byte[4096];
        while (left > 0)
        {
            int read = reader.Read(buffer[..(int)Math.Min(left, buffer.Length)]);
            if (read == 0)
                throw new EndOfStreamException("the file ends in the middle of a tensor.");
            left -= read;
        }
    }
}
