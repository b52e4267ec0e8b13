using System.Text;
using RoadSeg.Errors;

namespace RoadSeg.Imaging;

/// <summary>Recognises a format by the first bytes. A file that is none of the allow-listed formats never reaches libvips.</summary>
internal static class FormatSniffer
{
    private const int TextProbe = 256;
    private const int CodecProbe = 8192;

    private static ReadOnlySpan<byte> PngSignature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <exception cref="RoadSegException">image-format-unsupported, naming what the content looks like; image-animated for
    /// an AVIF or HEIC image sequence.</exception>
    public static ImageFormat Sniff(ReadOnlySpan<byte> file)
    {
        if (file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]))
            return ImageFormat.Jpeg;
        if (file.StartsWith(PngSignature))
            return ImageFormat.Png;
        if (file.StartsWith("RIFF"u8) && At(file, 8, "WEBP"u8))
            return ImageFormat.WebP;
        if (IsTiff(file))
            return ImageFormat.Tiff;
        if (At(file, 4, "ftyp"u8) && FromBrands(file) is { } format)
            return format;
        throw Unsupported(LooksLike(file));
    }

    public static RoadSegException Unsupported(string what) =>
        new(
            ErrorCodes.ImageFormatUnsupported,
            $"The file looks like {what}. Send a photo as JPEG, PNG, WebP, AVIF or "
                + $"TIFF{(VipsLibrary.Supports(ImageFormat.Heic) ? ", or HEIC" : "")}."
        );

    public static RoadSegException HeicUnsupported() =>
        new(
            ErrorCodes.ImageFormatUnsupported,
            "The file looks like HEIC, which this service's image library does not read. Send the photo as JPEG (iPhone: Settings, Camera, "
                + "Formats, Most Compatible). Whoever runs the service makes it read HEIC with 'apt-get install libvips42' and the setting "
                + "ROADSEG_VIPS: docs/operate.md, HEIC."
        );

    // Byte order, then 42 (TIFF) or 43 (BigTIFF). Canon's CR2 has the same start and its own mark at byte 8.
    private static bool IsTiff(ReadOnlySpan<byte> file) =>
        (file.StartsWith("II*\0"u8) || file.StartsWith("MM\0*"u8) || file.StartsWith("II+\0"u8) || file.StartsWith("MM\0+"u8))
        && !At(file, 8, "CR"u8);

    // ISO/IEC 23008-12: major brand at 8, then the version, then compatible brands to the end of the box. The major brand says what the
    // file is to be read as: with a still picture's it is one, whatever sequence lies beside it (bursts, live photos).
    private static ImageFormat? FromBrands(ReadOnlySpan<byte> file)
    {
        if (file.Length < 16)
            return null;
        var size = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(file);
        var box = file[..(int)Math.Min(size, (uint)Math.Min(file.Length, 512))];
        bool avif = false,
            heic = false,
            anyCodec = false;
        for (var at = 8; at + 4 <= box.Length; at += 4)
        {
            if (at == 12)
                continue;
            var brand = box.Slice(at, 4);
            if (at == 8 && IsSequence(brand))
                throw new RoadSegException(ErrorCodes.ImageAnimated, "The file is an image sequence. Send a single still picture.");
            avif |= brand.SequenceEqual("avif"u8);
            heic |= IsHeic(brand);
            anyCodec |= brand.SequenceEqual("mif1"u8) || brand.SequenceEqual("mif2"u8);
        }

        if (avif || heic)
            return avif ? ImageFormat.Avif : ImageFormat.Heic;

        // "Some HEIF": its decoder's configuration names the codec.
        var head = file[..Math.Min(file.Length, CodecProbe)];
        return !anyCodec ? null
            : head.IndexOf("hvcC"u8) >= 0 ? ImageFormat.Heic
            : head.IndexOf("av1C"u8) >= 0 ? ImageFormat.Avif
            : null;
    }

    private static bool IsSequence(ReadOnlySpan<byte> brand) =>
        brand.SequenceEqual("avis"u8)
        || brand.SequenceEqual("msf1"u8)
        || brand.SequenceEqual("hevc"u8)
        || brand.SequenceEqual("hevx"u8)
        || brand.SequenceEqual("hevm"u8)
        || brand.SequenceEqual("hevs"u8);

    private static bool IsHeic(ReadOnlySpan<byte> brand) =>
        brand.SequenceEqual("heic"u8) || brand.SequenceEqual("heix"u8) || brand.SequenceEqual("heim"u8) || brand.SequenceEqual("heis"u8);

    private static string LooksLike(ReadOnlySpan<byte> file)
    {
        if (file.StartsWith("GIF8"u8))
            return "a GIF";
        if (file.StartsWith("BM"u8) && At(file, 6, "\0\0\0\0"u8))
            return "a BMP";
        if (file.StartsWith("%PDF"u8))
            return "a PDF";
        if (file.StartsWith("8BPS"u8))
            return "a Photoshop document";
        if (file.StartsWith("PK\x03\x04"u8))
            return "a ZIP archive or an office document";
        if (At(file, 4, "jP  "u8) || file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0x4F, 0xFF, 0x51]))
            return "a JPEG 2000 image";
        if (At(file, 4, "JXL "u8) || file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0x0A]))
            return "a JPEG XL image";
        if (At(file, 4, "ftyp"u8))
            return "a video or an unknown HEIF file";
        if (At(file, 8, "CR"u8) && file.StartsWith("II*\0"u8))
            return "a raw camera file";
        return LooksLikeText(file);
    }

    private static string LooksLikeText(ReadOnlySpan<byte> file)
    {
        var start = file[..Math.Min(file.Length, TextProbe)];
        foreach (var b in start)
        {
            if (b < 0x20 && b is not ((byte)'\t' or (byte)'\n' or (byte)'\r'))
                return "no image known here";
        }

        var text = Encoding.UTF8.GetString(start).TrimStart('\uFEFF', ' ', '\t', '\r', '\n');
        if (text.StartsWith("<svg", StringComparison.OrdinalIgnoreCase) || text.Contains("<svg", StringComparison.OrdinalIgnoreCase))
            return "an SVG";
        if (
            text.StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase)
            || text.StartsWith("<html", StringComparison.OrdinalIgnoreCase)
        )
            return "a web page";
        return text.StartsWith("<?xml", StringComparison.Ordinal) ? "an XML file" : "plain text";
    }

    private static bool At(ReadOnlySpan<byte> file, int offset, ReadOnlySpan<byte> mark) =>
        file.Length >= offset + mark.Length && file.Slice(offset, mark.Length).SequenceEqual(mark);
}
