using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using RoadSeg.Errors;
using RoadSeg.Labels;

namespace RoadSeg.Imaging;

/// <summary>Reads palette and grey PNGs as maps of ids. Trusts nothing in the file: every length is checked before it is used.</summary>
internal static class PngReader
{
    // Adam7 (ISO/IEC 15948, 8.2): first column, first row, column step, row step of each pass.
    private static readonly (int X, int Y, int StepX, int StepY)[] Adam7 =
    [
        (0, 0, 8, 8),
        (4, 0, 8, 8),
        (0, 4, 4, 8),
        (2, 0, 4, 4),
        (0, 2, 2, 4),
        (1, 0, 2, 2),
        (0, 1, 1, 2),
    ];

    private static readonly (int X, int Y, int StepX, int StepY)[] Plain = [(0, 0, 1, 1)];

    public static RoadSegException Corrupt(string why, Exception? inner = null) =>
        new(ErrorCodes.ImageCorrupt, $"The PNG cannot be read: {why}. Save or send it again.", inner);

    public static PngHeader Header(ReadOnlySpan<byte> file, ImageLimits limits)
    {
        var rest = AfterSignature(file);
        var data = Next(ref rest, out var type);
        return type.SequenceEqual("IHDR"u8) ? PngHeader.Read(data, limits) : throw Corrupt("its header is not the first chunk");
    }

    public static IndexedImage Read(ReadOnlySpan<byte> file, ImageLimits limits)
    {
        var rest = AfterSignature(file);
        PngHeader? header = null;
        RgbColor[]? palette = null;
        using var compressed = new MemoryStream();
        var ended = false;
        var closed = false;
        while (!ended)
        {
            var data = Next(ref rest, out var type);
            if (header is null != type.SequenceEqual("IHDR"u8))
                throw Corrupt("its header is not the first chunk, or comes twice");
            var isData = type.SequenceEqual("IDAT"u8);
            closed |= compressed.Length > 0 && !isData;
            if (header is null)
                header = PngHeader.Read(data, limits);
            else if (type.SequenceEqual("PLTE"u8))
                palette = Palette(data, header.Value, palette, compressed.Length > 0);
            else if (isData)
                Append(compressed, data, closed);
            else if (type.SequenceEqual("IEND"u8))
                ended = true;
            else if ((type[0] & 0x20) == 0)
                throw Corrupt("it holds a chunk that must be understood and is not");
        }

        if (header!.Value.HasPalette && palette is null)
            throw Corrupt("it has no palette");
        var ids = Pixels(compressed, header.Value);
        if (header.Value.HasPalette)
            CheckIds(ids, palette!.Length);
        return new IndexedImage(header.Value.Width, header.Value.Height, ids, header.Value.HasPalette ? palette : null);
    }

    private static ReadOnlySpan<byte> AfterSignature(ReadOnlySpan<byte> file) =>
        file.StartsWith(PngChunks.Signature)
            ? file[PngChunks.Signature.Length..]
            : throw new RoadSegException(ErrorCodes.ImageFormatUnsupported, "The mask is no PNG. Save it as a palette or 8-bit grey PNG.");

    private static ReadOnlySpan<byte> Next(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> type)
    {
        if (rest.Length < PngChunks.Overhead)
            throw Corrupt("it is cut short");
        var length = BinaryPrimitives.ReadUInt32BigEndian(rest);
        if (length > (uint)(rest.Length - PngChunks.Overhead))
            throw Corrupt("it is cut short");
        var body = rest.Slice(4, 4 + (int)length);
        if (Crc32.HashToUInt32(body) != BinaryPrimitives.ReadUInt32BigEndian(rest[(8 + (int)length)..]))
            throw Corrupt("a checksum does not match");
        rest = rest[(PngChunks.Overhead + (int)length)..];
        type = body[..4];
        return body[4..];
    }

    private static RgbColor[] Palette(ReadOnlySpan<byte> data, PngHeader header, RgbColor[]? before, bool late)
    {
        if (
            before is not null
            || late
            || data.Length == 0
            || data.Length % 3 != 0
            || data.Length / 3 > (header.HasPalette ? 1 << header.Depth : 256)
        )
            throw Corrupt("its palette is misplaced or has the wrong length");
        var colors = new RgbColor[data.Length / 3];
        for (var i = 0; i < colors.Length; i++)
            colors[i] = new RgbColor(data[3 * i], data[(3 * i) + 1], data[(3 * i) + 2]);
        return colors;
    }

    private static void Append(MemoryStream compressed, ReadOnlySpan<byte> data, bool closed)
    {
        if (closed)
            throw Corrupt("its pixel data is not in one piece");
        compressed.Write(data);
    }

    private static byte[] Pixels(MemoryStream compressed, PngHeader header)
    {
        compressed.Position = 0;
        using var zlib = new ZLibStream(compressed, CompressionMode.Decompress, leaveOpen: true);
        var ids = new byte[header.Width * header.Height];
        try
        {
            foreach (var pass in header.Interlaced ? Adam7 : Plain)
                ReadPass(zlib, header, pass, ids);
            if (zlib.ReadByte() >= 0)
                throw Corrupt("it holds more pixels than its header says");
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw Corrupt("its pixel data is damaged or cut short", e);
        }

        return ids;
    }

    private static void ReadPass(ZLibStream zlib, PngHeader header, (int X, int Y, int StepX, int StepY) pass, byte[] ids)
    {
        var width = (header.Width - pass.X + pass.StepX - 1) / pass.StepX;
        var height = (header.Height - pass.Y + pass.StepY - 1) / pass.StepY;
        if (width <= 0 || height <= 0)
            return;
        var rowBytes = header.RowBytes(width);
        var row = new byte[rowBytes + 1];
        var above = new byte[rowBytes + 1];
        for (var y = 0; y < height; y++)
        {
            zlib.ReadExactly(row);
            if (!PngFilters.Undo(row[0], row.AsSpan(1), above.AsSpan(1)))
                throw Corrupt("it uses a row filter that PNG does not know");
            Unpack(row.AsSpan(1), header.Depth, width, ids.AsSpan(((pass.Y + (y * pass.StepY)) * header.Width) + pass.X), pass.StepX);
            (row, above) = (above, row);
        }
    }

    private static void Unpack(ReadOnlySpan<byte> row, int depth, int width, Span<byte> ids, int step)
    {
        if (depth == 8 && step == 1)
        {
            row[..width].CopyTo(ids);
            return;
        }

        var mask = (1 << depth) - 1;
        for (int x = 0, bit = 0; x < width; x++, bit += depth)
            ids[x * step] = (byte)((row[bit >> 3] >> (8 - depth - (bit & 7))) & mask);
    }

    private static void CheckIds(ReadOnlySpan<byte> ids, int colors)
    {
        if (colors < 256 && ids.IndexOfAnyExceptInRange((byte)0, (byte)(colors - 1)) is >= 0 and var at)
            throw Corrupt($"a pixel has id {ids[at]}, but the palette holds only {colors} colours");
    }
}
