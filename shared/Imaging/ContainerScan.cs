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
        var segments = new JpegSegments(file);
        while (scans < enough && segments.Next())
            scans += segments.Marker == JpegSegments.StartOfScan ? 1 : 0;
        return scans;
    }

    /// <summary>Frames of an animated PNG: the count of its acTL chunk, or 1 when there is none before the pixels.</summary>
    public static int CountPngFrames(ReadOnlySpan<byte> file)
    {
        for (long at = 8; at + 12 <= file.Length; )
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
