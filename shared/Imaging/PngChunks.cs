using System.Buffers.Binary;
using System.IO.Hashing;

namespace RoadSeg.Imaging;

/// <summary>Chunk layout of PNG (ISO/IEC 15948, 5.3): length, type, data, CRC-32 over type and data.</summary>
internal static class PngChunks
{
    /// <summary>Bytes of a chunk beside its data.</summary>
    public const int Overhead = 12;

    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    public static void Write(Stream to, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        to.Write(number);
        to.Write(type);
        to.Write(data);
        var crc = new Crc32();
        crc.Append(type);
        crc.Append(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, crc.GetCurrentHashAsUInt32());
        to.Write(number);
    }
}
