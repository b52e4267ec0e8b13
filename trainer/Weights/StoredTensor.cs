using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace RoadSeg.Trainer.Weights;

/// <summary>A tensor as it lies in a file: little-endian, row-major.</summary>
/// <param name="Type">F32, F16, BF16, F64, I64, I32, U8.</param>
internal sealed record StoredTensor(string Type, long[] Shape, byte[] Data)
{
    public static StoredTensor Of(ReadOnlySpan<float> values, params long[] shape) =>
        new("F32", shape, MemoryMarshal.AsBytes(values).ToArray());

    public static StoredTensor Of(ReadOnlySpan<long> values, params long[] shape) =>
        new("I64", shape, MemoryMarshal.AsBytes(values).ToArray());

    public static int SizeOf(string type) =>
        type switch
        {
            "F64" or "I64" => 8,
            "F32" or "I32" => 4,
            "F16" or "BF16" => 2,
            "U8" => 1,
            _ => throw new TrainerException($"Tensor type {type} is not read here."),
        };

    /// <summary>False when a stored 32-bit float is NaN or infinite.</summary>
    public bool IsFinite => Type != "F32" || float.IsFinite(TensorPrimitives.SumOfMagnitudes(MemoryMarshal.Cast<byte, float>(Data)));

    /// <summary>The values as floats, whatever their stored type.</summary>
    public float[] Floats()
    {
        if (Type == "F32")
            return MemoryMarshal.Cast<byte, float>(Data).ToArray();
        var result = new float[Data.Length / SizeOf(Type)];
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = Type switch
            {
                "F64" => (float)BinaryPrimitives.ReadDoubleLittleEndian(Data.AsSpan(i * 8)),
                "F16" => (float)BinaryPrimitives.ReadHalfLittleEndian(Data.AsSpan(i * 2)),
                "BF16" => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadInt16LittleEndian(Data.AsSpan(i * 2)) << 16),
                "I64" => BinaryPrimitives.ReadInt64LittleEndian(Data.AsSpan(i * 8)),
                "I32" => BinaryPrimitives.ReadInt32LittleEndian(Data.AsSpan(i * 4)),
                _ => Data[i],
            };
        }

        return result;
    }

    public long[] Longs()
    {
        Check.That(Type == "I64", $"A tensor of {Type} was found where I64 is expected.");
        return MemoryMarshal.Cast<byte, long>(Data).ToArray();
    }
}
