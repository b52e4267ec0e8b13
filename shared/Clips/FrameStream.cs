using System.Buffers.Binary;

namespace RoadSeg.Clips;

/// <summary>Writes pictures with the times that they are shown at, as a Matroska stream (RFC 9559) of raw RGB: what a pipe to ffmpeg can
/// say, and a row of pictures alone cannot.</summary>
/// <param name="output">Where to; written in order, never sought.</param>
/// <param name="width">Width of every picture in pixels.</param>
/// <param name="height">Height of every picture in pixels.</param>
internal sealed class FrameStream(Stream output, int width, int height)
{
    private const int Header = 0x1A45DFA3;
    private const int DocType = 0x4282;
    private const int Segment = 0x18538067;
    private const int Info = 0x1549A966;
    private const int TimestampScale = 0x2AD7B1;
    private const int Tracks = 0x1654AE6B;
    private const int Track = 0xAE;
    private const int TrackNumber = 0xD7;
    private const int TrackUid = 0x73C5;
    private const int TrackType = 0x83;
    private const int DefaultDuration = 0x23E383;
    private const int Codec = 0x86;
    private const int Video = 0xE0;
    private const int PixelWidth = 0xB0;
    private const int PixelHeight = 0xBA;
    private const int FourCc = 0x2EB524;
    private const int Cluster = 0x1F43B675;
    private const int Timestamp = 0xE7;
    private const int SimpleBlock = 0xA3;
    private const int Nanoseconds = 1_000_000;

    /// <summary>Writes what comes before the pictures. Each is said to last a millisecond, which concerns the last one alone: the others
    /// last until the next.</summary>
    public void Begin()
    {
        output.Write(Element(Header, Element(DocType, "matroska"u8)));

        // Of unknown length: up to the end.
        output.Write([.. Number(Segment), 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
        output.Write(Element(Info, Element(TimestampScale, Number(Nanoseconds))));
        byte[] video =
        [
            .. Element(PixelWidth, Number(width)),
            .. Element(PixelHeight, Number(height)),
            .. Element(FourCc, [(byte)'R', (byte)'G', (byte)'B', 24]),
        ];
        byte[] track =
        [
            .. Element(TrackNumber, [1]),
            .. Element(TrackUid, [1]),
            .. Element(TrackType, [1]),
            .. Element(DefaultDuration, Number(Nanoseconds)),
            .. Element(Codec, "V_UNCOMPRESSED"u8),
            .. Element(Video, video),
        ];
        output.Write(Element(Tracks, Element(Track, track)));
    }

    /// <summary>Writes a picture.</summary>
    /// <param name="at">When it is shown, to the millisecond; later than the one before.</param>
    /// <param name="pixels">Shape [height, width, 3].</param>
    public void Write(TimeSpan at, ReadOnlySpan<byte> pixels)
    {
        // Track 1, no time of its own within the cluster, a key frame.
        ReadOnlySpan<byte> head = [0x81, 0, 0, 0x80];
        var time = Element(Timestamp, Number((long)at.TotalMilliseconds));
        byte[] block = [.. Number(SimpleBlock), .. Size(head.Length + pixels.Length)];
        output.Write([.. Number(Cluster), .. Size(time.Length + block.Length + head.Length + pixels.Length), .. time, .. block, .. head]);
        output.Write(pixels);
    }

    private static byte[] Element(int id, ReadOnlySpan<byte> content) => [.. Number(id), .. Size(content.Length), .. content];

    // Big-endian in as many bytes as it takes, which is how ids are written too.
    private static byte[] Number(long value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        return bytes[Math.Min(bytes.AsSpan().IndexOfAnyExcept((byte)0) is >= 0 and var first ? first : 7, 7)..];
    }

    // In eight bytes, whatever it is.
    private static byte[] Size(long length)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, length | (1L << 56));
        return bytes;
    }
}
