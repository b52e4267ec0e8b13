using System.Buffers.Binary;

namespace RoadSeg.Imaging;

/// <summary>Mends the end of a WebP that holds its picture and was cut behind it, which libwebp takes for a file without any.</summary>
internal static class WebPEnd
{
    private const int Header = 12,
        ChunkHeader = 8;

    // Of VP8X: what follows the picture.
    private const byte Exif = 8,
        Xmp = 4;

    /// <summary>The file itself where its end is no matter; a copy that ends with its last whole chunk where a chunk behind the picture, or
    /// the padding of the last one, is missing.</summary>
    public static byte[] Mended(byte[] file)
    {
        var (at, picture) = (Header, false);
        while (at + ChunkHeader <= file.Length)
        {
            var end = at + ChunkHeader + (long)BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 4));
            if (end > file.Length)
                break;
            picture |= Is(file, at, "VP8 "u8) || Is(file, at, "VP8L"u8);
            if (end + (end & 1) > file.Length)
                return picture ? Closed(file) : file;
            at = (int)(end + (end & 1));
        }

        // Whole chunks up to the size that the file states: what comes behind is not part of it.
        var whole = at >= ChunkHeader + (long)BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(4));
        return whole || !picture ? file : Closed(file.AsSpan(0, at));
    }

    private static byte[] Closed(ReadOnlySpan<byte> chunks)
    {
        var file = new byte[chunks.Length + (chunks.Length & 1)];
        chunks.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), file.Length - ChunkHeader);
        if (!Is(file, Header, "VP8X"u8))
            return file;
        if (chunks.IndexOf("EXIF"u8) < 0)
            file[Header + ChunkHeader] &= unchecked((byte)~Exif);
        if (chunks.IndexOf("XMP "u8) < 0)
            file[Header + ChunkHeader] &= unchecked((byte)~Xmp);
        return file;
    }

    private static bool Is(ReadOnlySpan<byte> file, int at, ReadOnlySpan<byte> type) => file[at..].StartsWith(type);
}
