using System.IO.Hashing;
using NetVips;

namespace RoadSeg.Imaging;

/// <summary>Distinguishes a JPEG that brings its whole picture from one that lacks a part of it, where the decoder complains: a file that
/// only lost its end marker, or holds a few stray bytes, shows all of its rows; one that was cut does not.</summary>
internal static class JpegRows
{
    // Longer runs of zero bytes at the end of a file without an end marker are space that was never written.
    private const int MostZeros = 8;

    /// <summary>True for what decodes without a complaint and may still lack rows: space that was never written decodes as grey.</summary>
    public static bool Unwritten(ReadOnlySpan<byte> file)
    {
        if (file.Length - file.TrimEnd((byte)0).Length <= MostZeros)
            return false;
        var segments = new JpegSegments(file);
        while (segments.Next()) { }

        return !segments.Closed;
    }

    /// <summary>True when every row is made of what the file holds. Decodes the picture twice, with other bits behind its data each time:
    /// rows that change with them were not in the file.</summary>
    public static bool AllIn(ReadOnlyMemory<byte> file)
    {
        if (DataEnd(file.Span) is not { } end)
            return false;
        try
        {
            return RowsWith(file.Span[..end], 0).SequenceEqual(RowsWith(file.Span[..end], 0xFF));
        }
        catch (VipsException)
        {
            return false;
        }
    }

    private static byte[] RowsWith(ReadOnlySpan<byte> data, byte flipped)
    {
        var hash = new XxHash128();
        using var photo = Photo.Open((byte[])[.. data, .. Filler(flipped), 0xFF, 0xD9], ImageFormat.Jpeg, failOn: Enums.FailOn.None);
        photo.ReadStored(hash.Append);
        return hash.GetHashAndReset();
    }

    // Each of the eight restart markers with data of its own: whichever interval the decoder waits for, it gets some.
    private static IEnumerable<byte> Filler(byte flipped)
    {
        for (var interval = 0; interval <= 8; interval++)
        {
            // Neither 0 nor 0xFF, which is the start of a marker.
            for (var i = 0; i < 64; i++)
                yield return (byte)(flipped ^ (1 + (((i * 91) + (interval * 37) + 52) % 254)));
            if (interval < 8)
            {
                yield return 0xFF;
                yield return (byte)(0xD0 + interval);
            }
        }
    }

    // Where the entropy-coded data end. Null where the file has no end marker and its scans leave a part of the picture to scans that are
    // missing.
    private static int? DataEnd(ReadOnlySpan<byte> file)
    {
        var segments = new JpegSegments(file);
        var missing = new Dictionary<byte, ulong>();
        while (segments.Next())
        {
            var content = segments.Content;
            if (IsFrame(segments.Marker) && content.Length > 5)
            {
                for (var i = 6; i + 3 <= content.Length; i += 3)
                    missing[content[i]] = ulong.MaxValue;
            }
            else if (segments.Marker == JpegSegments.StartOfScan && content is [var count, ..] && content.Length >= 4 + (2 * count))
            {
                Take(content, count, missing);
            }
        }

        var end = segments.End;
        if (!segments.Closed)
        {
            if (missing.Count == 0 || missing.Values.Any(static left => left != 0))
                return null;
            var written = file[..end].TrimEnd((byte)0).Length;
            end = end - written > MostZeros ? written : end;
        }

        // Fill bytes of a marker; 0xFF with a zero behind it is data.
        var bare = file[..end].TrimEnd((byte)0xFF).Length;
        return bare < end && end < file.Length && file[end] == 0 ? end + 1 : bare;
    }

    // A bit for each of a component's coefficients that no scan has brought to its last bit.
    private static void Take(ReadOnlySpan<byte> scan, int count, Dictionary<byte, ulong> missing)
    {
        var (first, last, low) = (scan[1 + (2 * count)] & 63, scan[2 + (2 * count)] & 63, scan[3 + (2 * count)] & 15);
        if (low != 0 || last < first)
            return;
        var brought = (ulong.MaxValue >> (63 - last)) & (ulong.MaxValue << first);
        for (var i = 0; i < count; i++)
        {
            if (missing.TryGetValue(scan[1 + (2 * i)], out var left))
                missing[scan[1 + (2 * i)]] = left & ~brought;
        }
    }

    private static bool IsFrame(byte marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);
}
