using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Numerics;

namespace RoadSeg.Imaging;

/// <summary>Writes an 8-bit, non-interlaced PNG row by row.</summary>
internal sealed class PngWriter : IDisposable
{
    private const int IdatHeader = 8;
    private readonly MemoryStream file;
    private readonly ZLibStream zlib;
    private readonly int idatAt;
    private readonly byte[]? above;
    private readonly byte[] filtered;

    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels: as many rows must be written.</param>
    /// <param name="color">Meaning of the samples.</param>
    /// <param name="palette">3 bytes an entry, for palette pictures.</param>
    /// <param name="effort">Filter and compression.</param>
    public PngWriter(int width, int height, PngColor color, ReadOnlySpan<byte> palette, PngEffort effort)
    {
        var rowBytes = checked(width * (color == PngColor.Rgb ? 3 : 1));
        filtered = new byte[rowBytes + 1];
        if (effort.Up)
        {
            filtered[0] = PngFilters.Up;
            above = new byte[rowBytes];
        }

        file = new MemoryStream(Math.Max(4096, (int)Math.Min((long)rowBytes * height / 16, 64 << 20)));
        file.Write(PngChunks.Signature);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        (header[8], header[9]) = (8, (byte)color);
        header[10..].Clear();
        PngChunks.Write(file, "IHDR"u8, header);
        if (!palette.IsEmpty)
            PngChunks.Write(file, "PLTE"u8, palette);

        // One IDAT; its length is filled in when it is known.
        idatAt = (int)file.Length;
        file.Write(stackalloc byte[4]);
        file.Write("IDAT"u8);
        zlib = new ZLibStream(
            file,
            new ZLibCompressionOptions { CompressionLevel = effort.Level, CompressionStrategy = effort.Strategy },
            leaveOpen: true
        );
    }

    /// <summary>Writes the next row.</summary>
    public void Row(ReadOnlySpan<byte> row)
    {
        if (above is null)
        {
            row.CopyTo(filtered.AsSpan(1));
        }
        else
        {
            Subtract(row, above, filtered.AsSpan(1));
            row.CopyTo(above);
        }

        zlib.Write(filtered);
    }

    /// <summary>Ends the file, after the last row.</summary>
    public byte[] Finish()
    {
        zlib.Dispose();
        var length = (int)file.Length - idatAt - IdatHeader;
        var idat = file.GetBuffer().AsSpan(idatAt, IdatHeader + length);
        BinaryPrimitives.WriteInt32BigEndian(idat, length);
        Span<byte> crc = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(crc, Crc32.HashToUInt32(idat[4..]));
        file.Write(crc);
        PngChunks.Write(file, "IEND"u8, []);
        return file.ToArray();
    }

    public void Dispose()
    {
        zlib.Dispose();
        file.Dispose();
    }

    private static void Subtract(ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, Span<byte> difference)
    {
        var i = 0;
        for (; i + Vector<byte>.Count <= row.Length; i += Vector<byte>.Count)
            (new Vector<byte>(row[i..]) - new Vector<byte>(above[i..])).CopyTo(difference[i..]);
        for (; i < row.Length; i++)
            difference[i] = (byte)(row[i] - above[i]);
    }
}
