namespace RoadSeg.Imaging;

/// <summary>A photo without what its file says beside the picture: no place, no time, no camera, no smaller picture of it, no
/// words.</summary>
public static class PlainPhoto
{
    private const byte FirstApplication = 0xE0,
        LastApplication = 0xEF,
        Adobe = 0xEE,
        Color = 0xE2,
        Jfif = 0xE0,
        Comment = 0xFE;

    private const int JfifLength = 14;

    /// <summary>Makes a file of the picture alone. A JPEG keeps its data as they are, with its colour profile and its orientation; any
    /// other becomes a PNG of the upright picture in sRGB.</summary>
    /// <param name="file">The whole file. Not modified, not kept.</param>
    /// <param name="header">What <see cref="ImageProbe.Read"/> said of this file.</param>
    /// <returns>The file, and its format: jpeg or png.</returns>
    /// <exception cref="Errors.RoadSegException">image-corrupt: it cannot be decoded, and is no JPEG.</exception>
    public static (byte[] File, string Format) Of(ReadOnlyMemory<byte> file, ImageHeader header)
    {
        ArgumentNullException.ThrowIfNull(header);
        return header.Format == ImageFormat.Jpeg
            ? (Jpeg(file.Span, header.Orientation), "jpeg")
            : (PhotoEncoder.Png(ImageDecoder.Decode(file, header)), "png");
    }

    private static byte[] Jpeg(ReadOnlySpan<byte> file, int orientation)
    {
        using var plain = new MemoryStream(file.Length);
        plain.Write(file[..2]);
        if (orientation != 1)
            plain.Write(Turned(orientation));
        var copied = 2;
        var segments = new JpegSegments(file);
        while (segments.Next())
        {
            if (Shows(segments.Marker, segments.Content))
                continue;
            plain.Write(file[copied..(segments.End - segments.Content.Length - 4)]);
            copied = segments.End;
        }

        // What comes behind the picture is another one, or a film.
        plain.Write(file[copied..Math.Max(copied, segments.End)]);
        if (segments.Closed)
            plain.Write([0xFF, 0xD9]);
        return plain.ToArray();
    }

    // Whether a segment is needed to show the picture.
    private static bool Shows(byte marker, ReadOnlySpan<byte> content) =>
        marker switch
        {
            Adobe => content.StartsWith("Adobe"u8),
            Color => content.StartsWith("ICC_PROFILE\0"u8),
            // Longer, it holds a small picture.
            Jfif => content.Length == JfifLength && content.StartsWith("JFIF\0"u8),
            Comment => false,
            _ => marker is < FirstApplication or > LastApplication,
        };

    // An Exif segment (CIPA DC-008) of nothing but tag 0x0112.
    private static byte[] Turned(int orientation)
    {
        byte[] exif =
        [
            .. "Exif\0\0MM\0*"u8,
            .. (ReadOnlySpan<byte>)[0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0],
        ];
        return [0xFF, 0xE1, 0, (byte)(exif.Length + 2), .. exif];
    }
}
