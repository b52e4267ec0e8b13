namespace RoadSeg.Inference;

/// <summary>A field of a protobuf message.</summary>
/// <param name="Number">Field number, at least 1.</param>
/// <param name="Value">A varint's value; 0 for other wire types.</param>
/// <param name="Bytes">The content of a length-delimited field; null for other wire types.</param>
/// <param name="Whole">Tag and content, as they stand in the message.</param>
internal readonly record struct ProtoField(int Number, ulong Value, ReadOnlyMemory<byte>? Bytes, ReadOnlyMemory<byte> Whole);

/// <summary>The wire form of protobuf, as far as ONNX files use it.</summary>
internal static class ProtoFields
{
    private const int VarintWire = 0;
    private const int EightBytesWire = 1;
    private const int LengthWire = 2;
    private const int FourBytesWire = 5;

    /// <summary>The fields of a message, in order.</summary>
    /// <exception cref="FormatException">Cut short, or not protobuf.</exception>
    public static IEnumerable<ProtoField> Of(ReadOnlyMemory<byte> message)
    {
        for (var at = 0; at < message.Length; )
        {
            var start = at;
            var tag = Varint(message.Span, ref at);
            if (tag >> 3 is 0 or > (1 << 29) - 1)
                throw new FormatException($"Byte {start} begins no field.");
            ulong value = 0;
            ReadOnlyMemory<byte>? bytes = null;
            switch ((int)(tag & 7))
            {
                case VarintWire:
                    value = Varint(message.Span, ref at);
                    break;
                case LengthWire:
                    var length = Varint(message.Span, ref at);
                    bytes = Take(message, ref at, length);
                    break;
                case EightBytesWire:
                    Take(message, ref at, 8);
                    break;
                case FourBytesWire:
                    Take(message, ref at, 4);
                    break;
                default:
                    throw new FormatException($"Byte {start} begins a field of an unknown form.");
            }

            yield return new ProtoField((int)(tag >> 3), value, bytes, message[start..at]);
        }
    }

    /// <summary>Varints one after the other: the packed form of a repeated number.</summary>
    /// <exception cref="FormatException">Cut short.</exception>
    public static IEnumerable<ulong> Varints(ReadOnlyMemory<byte> packed)
    {
        for (var at = 0; at < packed.Length; )
            yield return Varint(packed.Span, ref at);
    }

    /// <summary>Tag and length that stand before a length-delimited field's content.</summary>
    public static byte[] Header(int number, long length)
    {
        var bytes = new List<byte>(8);
        foreach (var part in (ulong[])[((ulong)number << 3) | LengthWire, (ulong)length])
        {
            var rest = part;
            for (; rest >= 0x80; rest >>= 7)
                bytes.Add((byte)(rest | 0x80));
            bytes.Add((byte)rest);
        }

        return [.. bytes];
    }

    private static ReadOnlyMemory<byte> Take(ReadOnlyMemory<byte> message, ref int at, ulong length)
    {
        if (length > (ulong)(message.Length - at))
            throw new FormatException($"A field of {length} bytes goes beyond its message.");
        at += (int)length;
        return message.Slice(at - (int)length, (int)length);
    }

    private static ulong Varint(ReadOnlySpan<byte> message, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            if (at == message.Length)
                throw new FormatException("A number is cut short.");
            var part = message[at++];
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80)
                return value;
        }

        throw new FormatException("A number has more than ten bytes.");
    }
}
