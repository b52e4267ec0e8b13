using System.Buffers.Binary;

namespace RoadSeg.Imaging;

/// <summary>Goes through a JPEG from segment to segment, past the entropy-coded data in between, up to its end marker.</summary>
internal ref struct JpegSegments(ReadOnlySpan<byte> file)
{
    public const byte StartOfScan = 0xDA;

    private readonly ReadOnlySpan<byte> file = file;
    private int at = 2;

    /// <summary>The segment's second byte.</summary>
    public byte Marker { get; private set; }

    /// <summary>What the segment holds, its length aside; shorter than it says where the file ends.</summary>
    public ReadOnlySpan<byte> Content { get; private set; }

    /// <summary>True once the end marker was met.</summary>
    public bool Closed { get; private set; }

    /// <summary>After the last segment: the offset where the picture's data end, which is the end marker or the end of the file.</summary>
    public readonly int End => Math.Min(at, file.Length);

    public bool Next()
    {
        while (true)
        {
            // Inside entropy-coded data 0xFF is followed by 0 or a restart marker; anything else is the next segment.
            var mark = at < file.Length ? file[at..].IndexOf((byte)0xFF) : -1;
            at = mark < 0 ? file.Length : at + mark;
            if (at + 1 >= file.Length)
                return false;
            var marker = file[at + 1];
            if (marker == 0xFF)
            {
                at++;
                continue;
            }

            if (marker is 0 or 1 or (>= 0xD0 and <= 0xD8))
            {
                at += 2;
                continue;
            }

            Closed = marker == 0xD9;
            if (Closed || at + 4 > file.Length)
                return false;
            var next = Math.Min(file.Length, at + 2 + Math.Max(2, (int)BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..])));
            Marker = marker;
            Content = file[(at + 4)..next];
            at = next;
            return true;
        }
    }
}
