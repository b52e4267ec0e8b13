using System.Buffers.Binary;
using System.Text;

namespace RoadSeg.Tests;

/// <summary>An Exif block, tag by tag, as cameras lay it out and as broken programs do (TIFF 6.0, section 2; CIPA DC-008, 4.5 and 4.6).</summary>
/// <param name="bigEndian">MM, as telephones write it; otherwise II, as most cameras do.</param>
public sealed class ExifBlock(bool bigEndian = false)
{
    public const int Ifd0 = 0, Exif = 1, Gps = 2;

    private const int Byte = 1, Ascii = 2, Long = 4, Rational = 5;

    private readonly List<(int Tag, int Type, uint Count, byte[] Value)>[] _directories = [[], [], []];

    /// <summary>A photo that was taken in Sydney, a block that says all that is read.</summary>
    public static ExifBlock Sydney(bool bigEndian = false) => new ExifBlock(bigEndian)
        .Text(Ifd0, 0x010F, "Canon").Text(Ifd0, 0x0110, "EOS R6")
        .Text(Exif, 0x9003, "2026:03:01 13:34:56").Text(Exif, 0x9011, "+11:00").Text(Exif, 0x9291, "78")
        .Place("S", (33, 1), (51, 1), (3126, 100), "E", (151, 1), (12, 1), (5172, 100))
        .Bytes(Gps, 0x0005, 0).Rationals(Gps, 0x0006, (583, 10))
        .Text(Gps, 0x0010, "T").Rationals(Gps, 0x0011, (2715, 10));

    public ExifBlock Text(int directory, int tag, string text)
    {
        byte[] value = [.. Encoding.UTF8.GetBytes(text), 0];
        return Raw(directory, tag, Ascii, (uint)value.Length, value);
    }

    public ExifBlock Bytes(int directory, int tag, params byte[] values) => Raw(directory, tag, Byte, (uint)values.Length, values);

    public ExifBlock Rationals(int directory, int tag, params (uint Numerator, uint Denominator)[] values) =>
        Raw(directory, tag, Rational, (uint)values.Length, [.. values.SelectMany(value => Number(value.Numerator).Concat(Number(value.Denominator)))]);

    /// <summary>Latitude and longitude in degrees, minutes and seconds; a reference that is null is not there.</summary>
    public ExifBlock Place(string? south, (uint, uint) a, (uint, uint) b, (uint, uint) c, string? west, (uint, uint) d, (uint, uint) e, (uint, uint) f)
    {
        if (south is not null)
            Text(Gps, 0x0001, south);
        Rationals(Gps, 0x0002, a, b, c);
        if (west is not null)
            Text(Gps, 0x0003, west);
        return Rationals(Gps, 0x0004, d, e, f);
    }

    /// <summary>A tag that says of itself what it likes; of its value up to four bytes lie in the tag.</summary>
    public ExifBlock Raw(int directory, int tag, int type, uint count, byte[] value)
    {
        _directories[directory].RemoveAll(other => other.Tag == tag);
        _directories[directory].Add((tag, type, count, value));
        return this;
    }

    public ExifBlock Without(int directory, int tag)
    {
        _directories[directory].RemoveAll(other => other.Tag == tag);
        return this;
    }

    public byte[] ToArray()
    {
        var main = _directories[Ifd0].ToList();
        var counts = new[] { main.Count + _directories[1..].Count(directory => directory.Count > 0), _directories[Exif].Count, _directories[Gps].Count };
        var starts = new[] { 8, 0, 0 };
        starts[Exif] = starts[Ifd0] + Size(counts[Ifd0]);
        starts[Gps] = starts[Exif] + Size(counts[Exif]);
        if (counts[Exif] > 0)
            main.Add((0x8769, Long, 1, Number((uint)starts[Exif])));
        if (counts[Gps] > 0)
            main.Add((0x8825, Long, 1, Number((uint)starts[Gps])));
        var (tables, values, after) = (new List<byte>(), new List<byte>(), starts[Gps] + Size(counts[Gps]));
        foreach (var directory in (List<(int Tag, int Type, uint Count, byte[] Value)>[])[main, _directories[Exif], _directories[Gps]])
        {
            if (directory.Count == 0)
                continue;
            tables.AddRange(Short(directory.Count));
            foreach (var (tag, type, count, value) in directory.OrderBy(entry => entry.Tag))
            {
                tables.AddRange([.. Short(tag), .. Short(type), .. Number(count)]);
                if (value.Length <= 4)
                {
                    tables.AddRange([.. value, .. new byte[4 - value.Length]]);
                    continue;
                }

                tables.AddRange(Number((uint)(after + values.Count)));
                values.AddRange([.. value, .. new byte[value.Length % 2]]);
            }

            tables.AddRange(Number(0));
        }

        byte[] order = bigEndian ? [(byte)'M', (byte)'M'] : [(byte)'I', (byte)'I'];
        return [.. order, .. Short(42), .. Number(8), .. tables, .. values];
    }

    private static int Size(int tags) => tags == 0 ? 0 : 2 + (12 * tags) + 4;

    private byte[] Short(int value)
    {
        var bytes = new byte[2];
        if (bigEndian)
            BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)value);
        else
            BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)value);
        return bytes;
    }

    private byte[] Number(uint value)
    {
        var bytes = new byte[4];
        if (bigEndian)
            BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        else
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }
}
