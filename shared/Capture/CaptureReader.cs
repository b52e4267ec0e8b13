using System.Runtime.InteropServices;
using MetadataExtractor.Formats.Tiff;
using MetadataExtractor.IO;
using RoadSeg.Errors;
using RoadSeg.Imaging;

namespace RoadSeg.Capture;

/// <summary>Reads when, where and with what a photo was taken.</summary>
public static class CaptureReader
{
    // In a JPEG it has 64 KiB at most. Elsewhere it can be of any size, and a camera's is no larger for it.
    private const int MostBytes = 1 << 20;

    private static ReadOnlySpan<byte> Prefix => "Exif\0\0"u8;

    /// <summary>Reads what a photo's file says of its capture. What is broken is as if it were not there; no file makes this
    /// throw.</summary>
    /// <param name="file">The whole file. Not modified, not kept.</param>
    /// <param name="format">Its format, as <see cref="ImageProbe.Read"/> said.</param>
    /// <param name="location">False to look at no position, altitude and direction at all.</param>
    /// <returns>Null where it says nothing.</returns>
    public static Captured? Read(ReadOnlyMemory<byte> file, ImageFormat format, bool location = true)
    {
        if (Block(file, format) is not { } block)
            return null;
        var tags = new CaptureTags(location);
        try
        {
            TiffReader.ProcessTiff(new ByteArrayReader(block.Array!, block.Offset), tags);
        }
#pragma warning disable CA1031 // Strangers' bytes: whatever they make the reader throw, what was read before it stays.
        catch (Exception)
#pragma warning restore CA1031
        { }

        return CaptureFacts.Of(tags.Directories);
    }

    // A TIFF is such a block itself.
    private static ArraySegment<byte>? Block(ReadOnlyMemory<byte> file, ImageFormat format)
    {
        if (format == ImageFormat.Tiff)
            return MemoryMarshal.TryGetArray(file, out var whole) && whole.Offset + whole.Count == whole.Array!.Length
                ? whole
                : file.ToArray();
        try
        {
            if (Photo.Header(file, format, static photo => photo.Blob("exif-data")) is not { Length: <= MostBytes } block)
                return null;
            return new ArraySegment<byte>(block)[(block.AsSpan().StartsWith(Prefix) ? Prefix.Length : 0)..];
        }
        catch (RoadSegException)
        {
            return null;
        }
    }
}
