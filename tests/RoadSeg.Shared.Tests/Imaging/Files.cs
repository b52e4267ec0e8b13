using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;

namespace RoadSeg.Tests.Imaging;

/// <summary>Image files put together byte by byte.</summary>
internal static class Files
{
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
    public static byte[] Tiff(int pages, int width = 8, int height = 4)
    {
        var file = new MemoryStream();
        var writer = new BinaryWriter(file);
        writer.Write("II*\0"u8);
        writer.Write(8);
        for (var page = 0; page < pages; page++)
        {
            (short Tag, int Value)[] entries =
            [
                (256, width), (257, height), (258, 8), (259, 1), (262, 1),
                (273, (int)file.Position + 2 + (9 * 12) + 4), (277, 1), (278, height), (279, 32),
            ];
            var next = (int)file.Position + 2 + (9 * 12) + 4 + 32;
            writer.Write((short)entries.Length);
            foreach (var (tag, value) in entries)
            {
                writer.Write(tag);
                writer.Write((short)4);
                writer.Write(1);
                writer.Write(value);
            }

            writer.Write(page == pages - 1 ? 0 : next);
            writer.Write(Enumerable.Range(0, 32).Select(i => (byte)(i * 8)).ToArray());
        }

        return file.ToArray();
    }

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
