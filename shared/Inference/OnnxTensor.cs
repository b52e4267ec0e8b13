using System.Globalization;
using System.Text;
using RoadSeg.Errors;

namespace RoadSeg.Inference;

/// <summary>A stored tensor of an ONNX file (<c>TensorProto</c>), as far as it says where its values lie.</summary>
/// <param name="Name">Its name in the graph; empty for constants of a node.</param>
/// <param name="IsExternal">True when the values lie in another file.</param>
/// <param name="Location">That file, as the tensor writes it; empty when it says none.</param>
/// <param name="Offset">First byte of the values in it.</param>
/// <param name="Length">Bytes of the values; null when neither stated nor to be worked out.</param>
internal sealed record OnnxTensor(string Name, bool IsExternal, string Location, long Offset, long? Length)
{
    private const int DimensionsField = 1;
    private const int TypeField = 2;
    private const int NameField = 8;
    private const int RawField = 9;
    private const int ReferenceField = 13;
    private const int PlaceField = 14;

    /// <exception cref="FormatException">Not the form of a tensor.</exception>
    public static OnnxTensor Read(ReadOnlyMemory<byte> message)
    {
        var (name, external, type, elements) = ("", false, 0, 1L);
        var reference = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var field in ProtoFields.Of(message))
        {
            switch (field.Number)
            {
                case DimensionsField:
                    foreach (var axis in field.Bytes is { } packed ? ProtoFields.Varints(packed) : [field.Value])
                        elements = axis > int.MaxValue || elements > int.MaxValue ? long.MaxValue : elements * (long)axis;
                    break;
                case TypeField:
                    type = (int)field.Value;
                    break;
                case NameField when field.Bytes is { } text:
                    name = Text(text);
                    break;
                case ReferenceField when field.Bytes is { } entry:
                    Add(reference, entry);
                    break;
                case PlaceField:
                    external |= (int)field.Value == 1;
                    break;
            }
        }

        if (!external)
            return new OnnxTensor(name, false, "", 0, null);
        // Length 0 means the same as none: as many bytes as the shape takes.
        var length = Number(reference, "length");
        return new OnnxTensor(
            name,
            true,
            reference.GetValueOrDefault("location", ""),
            Number(reference, "offset") ?? 0,
            length is null or 0 ? Size(elements, type) : length
        );
    }

    /// <summary>The tensor in pieces, its values inside and the reference gone.</summary>
    /// <param name="message">What it was read from.</param>
    /// <param name="data">Content of the file at <see cref="Location"/>.</param>
    /// <exception cref="RoadSegException"><c>model-invalid</c>: the file is too short.</exception>
    public List<ReadOnlyMemory<byte>> Inlined(ReadOnlyMemory<byte> message, byte[] data)
    {
        if (Length is not { } length || Offset > data.Length || length > data.Length - Offset)
        {
            throw new RoadSegException(
                ErrorCodes.ModelInvalid,
                $"The weight '{Name}' takes {Length?.ToString(CultureInfo.InvariantCulture) ?? "?"} bytes from byte {Offset} of "
                    + $"'{Location}', which has {data.Length}: "
                    + "the file is cut short or belongs to another export. Copy graph and weights of one export."
            );
        }

        List<ReadOnlyMemory<byte>> pieces =
        [
            .. ProtoFields
                .Of(message)
                .Where(field => field.Number is not (RawField or ReferenceField or PlaceField))
                .Select(field => field.Whole),
        ];
        pieces.Add(ProtoFields.Header(RawField, length));
        pieces.Add(data.AsMemory((int)Offset, (int)length));
        return pieces;
    }

    private static void Add(Dictionary<string, string> reference, ReadOnlyMemory<byte> entry)
    {
        var (key, value) = ("", "");
        foreach (var field in ProtoFields.Of(entry))
        {
            if (field is { Number: 1, Bytes: { } first })
                key = Text(first);
            else if (field is { Number: 2, Bytes: { } second })
                value = Text(second);
        }

        reference[key] = value;
    }

    private static long? Number(Dictionary<string, string> reference, string key) =>
        !reference.TryGetValue(key, out var text) ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw new FormatException($"'{key}' of a reference to weights is no number.");

    private static long? Size(long elements, int type) =>
        elements > int.MaxValue
            ? null
            : type switch
            {
                2 or 3 or 9 or (>= 17 and <= 20) or 24 => elements,
                4 or 5 or 10 or 16 => elements * 2,
                1 or 6 or 12 => elements * 4,
                7 or 11 or 13 or 14 => elements * 8,
                15 => elements * 16,
                21 or 22 or 23 => (elements + 1) / 2,
                25 or 26 => (elements + 3) / 4,
                _ => null,
            };

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);
}
