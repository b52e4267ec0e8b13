using System.Text;
using RoadSeg.Errors;

namespace RoadSeg.Clips;

/// <summary>Recognises a video's container by the first bytes. A file that is none of the allow-listed ones never reaches a tool, which
/// would go by playlists, scripts and whatever else it knows.</summary>
internal static class ContainerSniffer
{
    /// <summary>As many bytes of a file as this looks at.</summary>
    public const int Bytes = 256;

    private static readonly HashSet<string> Mp4Brands = new(StringComparer.Ordinal)
    {
        "isom",
        "iso2",
        "iso3",
        "iso4",
        "iso5",
        "iso6",
        "iso7",
        "iso8",
        "iso9", // ISO base media
        "mp41",
        "mp42",
        "mp71",
        "avc1",
        "hvc1",
        "hev1",
        "av01",
        "M4V ",
        "M4VH",
        "M4VP",
        "MSNV",
        "dash",
        "XAVC",
        "FACE",
        "f4v ", // files
        "3gp4",
        "3gp5",
        "3gp6",
        "3gp7",
        "3gp8",
        "3gp9",
        "3gpp",
        "3g2a",
        "3g2b",
        "3g2c", // older phones
    };

    /// <exception cref="RoadSegException"><c>clip-unreadable</c>: no bytes; <c>clip-container-unsupported</c>, naming what the content
    /// looks like.</exception>
    public static ClipContainer Sniff(ReadOnlySpan<byte> start)
    {
        if (start.IsEmpty)
            throw new RoadSegException(ErrorCodes.ClipUnreadable, "The file holds no bytes. Send the video again.");
        if (start.StartsWith((ReadOnlySpan<byte>)[0x1A, 0x45, 0xDF, 0xA3]) && DocType(start) is { } matroska)
            return matroska;
        if (start.Length >= 12 && Quicktime(start) is { } quicktime)
            return quicktime;
        throw new RoadSegException(
            ErrorCodes.ClipContainerUnsupported,
            $"The file looks like {LooksLike(start)}. Send a video as MP4, MOV, WebM or MKV."
        );
    }

    // An atom's size, its name, and of the first one mostly the brand. QuickTime files of before the brands begin with another atom.
    private static ClipContainer? Quicktime(ReadOnlySpan<byte> start)
    {
        var atom = start.Slice(4, 4);
        if (atom.SequenceEqual("ftyp"u8))
            return Encoding.Latin1.GetString(start.Slice(8, 4)) switch
            {
                "qt  " => ClipContainer.Mov,
                var brand when Mp4Brands.Contains(brand) => ClipContainer.Mp4,
                _ => null,
            };
        return
            atom.SequenceEqual("moov"u8)
            || atom.SequenceEqual("mdat"u8)
            || atom.SequenceEqual("wide"u8)
            || atom.SequenceEqual("free"u8)
            || atom.SequenceEqual("skip"u8)
            ? ClipContainer.Mov
            : null;
    }

    // RFC 8794, 11.2.4: element 0x4282 in the header, its length in one byte.
    private static ClipContainer? DocType(ReadOnlySpan<byte> start)
    {
        var at = start.IndexOf((ReadOnlySpan<byte>)[0x42, 0x82]);
        if (at < 0 || at + 3 > start.Length)
            return null;
        var length = start[at + 2] & 0x7F;
        var name = start.Slice(at + 3, Math.Min(length, start.Length - at - 3));
        return name.SequenceEqual("webm"u8) ? ClipContainer.WebM
            : name.SequenceEqual("matroska"u8) ? ClipContainer.Matroska
            : null;
    }

    private static string LooksLike(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith("PK"u8))
            return "a ZIP archive or an office document";
        if (start.StartsWith("RIFF"u8) && start.Length >= 12 && start.Slice(8, 4).SequenceEqual("AVI "u8))
            return "an AVI";
        if (start.StartsWith((ReadOnlySpan<byte>)[0x30, 0x26, 0xB2, 0x75]))
            return "a WMV";
        if (start.StartsWith("FLV"u8))
            return "an FLV";
        if (start.StartsWith("OggS"u8))
            return "an Ogg file";
        if (start.StartsWith((ReadOnlySpan<byte>)[0, 0, 1, 0xBA]) || (start[0] == 0x47 && start.Length > 188 && start[188] == 0x47))
            return "an MPEG stream";
        if (start.StartsWith("GIF8"u8) || start.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) || start.StartsWith("\x89PNG"u8))
            return "a picture";
        if (start.Length >= 8 && start.Slice(4, 4).SequenceEqual("ftyp"u8))
            return "a HEIF or AVIF picture, or music";
        foreach (var letter in start)
        {
            if (letter < 0x20 && letter is not ((byte)'\t' or (byte)'\n' or (byte)'\r'))
                return "no video known here";
        }

        return "text, a playlist perhaps";
    }
}
