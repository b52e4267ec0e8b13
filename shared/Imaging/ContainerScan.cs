using System.Buffers.Binary;

namespace RoadSeg.Imaging;

/// <summary>Looks at a file's outer structure for what the codecs let pass.</summary>
internal static class ContainerScan
{
    /// <summary>Counts the scans of a JPEG. Each scan of a progressive JPEG is a pass over the whole picture, so that a small
    /// file with thousands of them would occupy a worker for hours; encoders write about ten.</summary>
    public static int CountJpegScans(ReadOnlySpan<byte> file, int enough)
    {
        var scans = 0;
        var at = 2;
        while (scans < enough)
        {
            // Inside entropy-coded data 0xFF is followed by 0 or a restart marker; anything else is the next segment.
            var mark = at < file.Length ? file[at..].IndexOf((byte)0xFF) : -1;
            if (mark < 0 || at + mark + 3 >= file.Length)
                break;
            at += mark;
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

            if (marker == 0xD9)
                break;
            if (marker == 0xDA)
                scans++;
            at += 2 + BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]);
        }

        return scans;
    }

    /// <summary>Frames of an animated PNG: the count of its acTL chunk, or 1 when there is none before the pixels.</summary>
    public static int CountPngFrames(ReadOnlySpan<byte> file)
    {
        for (long at = 8; at + 12 <= file.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(file[(int)at..]);
            var type = file.Slice((int)at + 4, 4);
            if (type.SequenceEqual("IDAT"u8))
                break;
            if (type.SequenceEqual("acTL"u8))
                return (int)Math.Clamp(BinaryPrimitives.ReadUInt32BigEndian(file[((int)at + 8)..]), 1, int.MaxValue);
            at += 12L + length;
        }

        return 1;
    }
}
