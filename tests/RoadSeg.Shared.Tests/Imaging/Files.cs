using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;

namespace RoadSeg.Tests.Imaging;

/// <summary>Image files put together byte by byte.</summary>
internal static class Files
{
    private const int Absent = int.MinValue;

    /// <summary>A TIFF structure with one entry: the orientation. It is what EXIF is in every container.</summary>
    public static byte[] Exif(int orientation) =>
    [
        (byte)'I', (byte)'I', 42, 0, 8, 0, 0, 0, // header, first directory at 8
        1, 0, // one entry
        0x12, 0x01, 3, 0, 1, 0, 0, 0, (byte)orientation, 0, 0, 0, // 0x0112, SHORT, one value
        0, 0, 0, 0, // no next directory
    ];

    public static byte[] JpegWithOrientation(byte[] jpeg, int orientation)
    {
        byte[] body = [.. "Exif\0\0"u8, .. Exif(orientation)];
        byte[] segment = [0xFF, 0xE1, (byte)((body.Length + 2) >> 8), (byte)(body.Length + 2), .. body];
        return [.. jpeg[..2], .. segment, .. jpeg[2..]];
    }

    public static byte[] PngWithOrientation(byte[] png, int orientation)
    {
        const int afterHeader = 8 + 25;
        return [.. png[..afterHeader], .. PngChunk("eXIf", Exif(orientation)), .. png[afterHeader..]];
    }

    public static byte[] WebPWithOrientation(byte[] webp, int width, int height, int orientation) =>
        Riff([.. Vp8X(8, width, height), .. webp[12..], .. RiffChunk("EXIF", Exif(orientation))]);

    /// <summary>An animation that shows the same still twice.</summary>
    public static byte[] AnimatedWebP(byte[] webp, int width, int height)
    {
        byte[] frame = [.. new byte[6], .. UInt24(width - 1), .. UInt24(height - 1), 100, 0, 0, 0, .. webp[12..]];
        return Riff([.. Vp8X(2, width, height), .. RiffChunk("ANIM", new byte[6]), .. RiffChunk("ANMF", frame), .. RiffChunk("ANMF", frame)]);
    }

    /// <summary>A grey TIFF with that many pages of 8 x 4 pixels.</summary>
    public static byte[] Tiff(int pages, int width = 8, int height = 4) => Tiff([.. Enumerable.Repeat(new TiffPage(width, height), pages)]);

    /// <summary>A grey TIFF of pages.</summary>
    public static byte[] Tiff(TiffPage[] pages, bool big = false, bool swapped = false)
    {
        var file = new MemoryStream();
        file.Write(swapped ? "MM"u8 : "II"u8);
        Put(2, big ? 43 : 42);
        if (big)
            Put(4, swapped ? 8 << 16 : 8);
        Put(big ? 8 : 4, big ? 16 : 8);
        for (var i = 0; i < pages.Length; i++)
            Directory(pages[i], last: i == pages.Length - 1);
        return file.ToArray();

        void Directory(TiffPage page, bool last)
        {
            var room = Room(page);
            (int Tag, int Value)[] entries =
            [
                (254, page.Kind ?? Absent), (255, page.OldKind ?? Absent), (256, page.Width), (257, page.Height), (258, 8), (259, 1), (262, 1),
                (273, 0), (277, 1), (278, page.Height), (279, room), (330, page.Below is null ? Absent : 0), page.Extra ?? (0, Absent),
            ];
            entries = [.. entries.Where(entry => entry.Value != Absent && entry.Tag != page.Without)];
            var samples = (int)file.Position + (big ? 16 : 6) + (entries.Length * (big ? 20 : 12));
            Put(big ? 8 : 2, entries.Length);
            foreach (var (tag, value) in entries)
            {
                Put(2, tag);
                Put(2, 4);
                Put(big ? 8 : 4, 1);
                Put(4, tag switch { 273 => samples, 330 => samples + room, _ => value });
                if (big)
                    Put(4, 0);
            }

            var next = samples + room + (page.Below is null ? 0 : (big ? 16 : 6) + ((9 + (page.Below.Kind is null ? 0 : 1)) * (big ? 20 : 12)) + Room(page.Below));
            Put(big ? 8 : 4, last ? 0 : next);
            file.Write([.. Enumerable.Range(0, room).Select(i => page.Fill ?? (byte)(i * 8))]);
            if (page.Below is { } below)
                Directory(below, last: true);
        }

        void Put(int bytes, int value)
        {
            for (var i = 0; i < bytes; i++)
            {
                var place = swapped ? bytes - 1 - i : i;
                file.WriteByte(place < 4 ? (byte)(value >> (8 * place)) : (byte)0);
            }
        }
    }

    // A header that states a size nobody would store keeps 32 bytes.
    private static int Room(TiffPage page) => page.Width * page.Height is > 0 and < 100_000 and var samples ? samples : 32;

    /// <summary>A PNG of rows that already carry their filter byte.</summary>
    public static byte[] Png(int width, int height, int depth, int color, byte[] rows, bool interlaced = false, params byte[][] chunks)
    {
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
            zlib.Write(rows);
        return PngOf([PngHeader(width, height, depth, color, interlaced), .. chunks, PngChunk("IDAT", compressed.ToArray()), PngChunk("IEND", [])]);
    }

    public static byte[] PngOf(params byte[][] chunks) => [0x89, .. "PNG\r\n"u8, 0x1A, (byte)'\n', .. chunks.SelectMany(c => c)];

    public static byte[] PngHeader(int width, int height, int depth, int color, bool interlaced = false)
    {
        var data = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(data, width);
        BinaryPrimitives.WriteInt32BigEndian(data.AsSpan(4), height);
        (data[8], data[9], data[12]) = ((byte)depth, (byte)color, (byte)(interlaced ? 1 : 0));
        return PngChunk("IHDR", data);
    }

    public static byte[] PngChunk(string type, byte[] data)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data];
        var chunk = new byte[body.Length + 8];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        body.CopyTo(chunk, 4);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(4 + body.Length), Crc32.HashToUInt32(body));
        return chunk;
    }

    private static byte[] Vp8X(byte flags, int width, int height) =>
        RiffChunk("VP8X", [flags, 0, 0, 0, .. UInt24(width - 1), .. UInt24(height - 1)]);

    private static byte[] Riff(byte[] chunks)
    {
        byte[] file = [.. "RIFF"u8, 0, 0, 0, 0, .. "WEBP"u8, .. chunks];
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), file.Length - 8);
        return file;
    }

    private static byte[] RiffChunk(string type, byte[] data)
    {
        byte[] chunk = [.. Encoding.ASCII.GetBytes(type), 0, 0, 0, 0, .. data, .. new byte[data.Length & 1]];
        BinaryPrimitives.WriteInt32LittleEndian(chunk.AsSpan(4), data.Length);
        return chunk;
    }

    private static byte[] UInt24(int value) => [(byte)value, (byte)(value >> 8), (byte)(value >> 16)];
}

/// <summary>One page of a TIFF.</summary>
internal sealed record TiffPage(int Width, int Height)
{
    /// <summary>NewSubfileType.</summary>
    public int? Kind { get; init; }

    /// <summary>SubfileType, its forerunner.</summary>
    public int? OldKind { get; init; }

    /// <summary>Every sample; null for a ramp.</summary>
    public byte? Fill { get; init; }

    /// <summary>One more tag, at the end.</summary>
    public (int Tag, int Value)? Extra { get; init; }

    /// <summary>A tag to leave out.</summary>
    public int? Without { get; init; }

    /// <summary>A directory below this one (SubIFD).</summary>
    public TiffPage? Below { get; init; }
}
