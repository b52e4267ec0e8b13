using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using MetadataExtractor;
using MetadataExtractor.Formats.Exif;
using Directory = MetadataExtractor.Directory;

namespace RoadSeg.Capture;

/// <summary>What the tags of an Exif block mean (CIPA DC-008-2023, 4.6), and which of it can be true.</summary>
internal static partial class CaptureFacts
{
    /// <summary>Tag of the offset of the time of capture, which the library has no name for.</summary>
    public const int OffsetTimeOriginal = 0x9011;

    private const int LongestName = 64;
    private const int LongestFraction = 9;
    private const double HighestAltitude = 100_000;

    /// <summary>The facts; null where there are none.</summary>
    public static Captured? Of(IReadOnlyList<Directory> directories)
    {
        var (ifd0, exif, gps) = (First<ExifIfd0Directory>(), First<ExifSubIfdDirectory>(), First<GpsDirectory>());
        var time = LocalTime(exif);
        var camera = new CapturedCamera(Name(ifd0, ExifDirectoryBase.TagMake), Name(ifd0, ExifDirectoryBase.TagModel));
        var captured = new Captured(
            time,
            time is null ? null : Offset(exif),
            Position(gps),
            Direction(gps),
            camera is { Make: null, Model: null } ? null : camera
        );
        return captured is { LocalTime: null, Position: null, Direction: null, Camera: null } ? null : captured;

        T? First<T>()
            where T : Directory => directories.OfType<T>().FirstOrDefault();
    }

    private static string? LocalTime(Directory? exif)
    {
        // A clock that was never set is all blanks or all noughts, which is no date.
        if (
            !DateTime.TryParseExact(
                Text(exif, ExifDirectoryBase.TagDateTimeOriginal),
                "yyyy:MM:dd HH:mm:ss",
                CultureInfo.InvariantCulture,
                DateTimeStyles.None,
                out var time
            )
        )
            return null;
        var fraction = Text(exif, ExifDirectoryBase.TagSubsecondTimeOriginal);
        var known = fraction is { Length: > 0 } && fraction.All(char.IsAsciiDigit);
        return time.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture)
            + (known ? "." + fraction![..Math.Min(fraction!.Length, LongestFraction)] : "");
    }

    private static string? Offset(Directory? exif) =>
        Text(exif, OffsetTimeOriginal) is { } offset && OffsetForm().IsMatch(offset) ? offset : null;

    private static CapturedPosition? Position(Directory? gps)
    {
        // V: the receiver itself says that it has lost its fix.
        if (Text(gps, GpsDirectory.TagStatus) is ['V' or 'v', ..] || !IsWgs84(Text(gps, GpsDirectory.TagMapDatum)))
            return null;
        var latitude = Angle(gps, GpsDirectory.TagLatitude, GpsDirectory.TagLatitudeRef, 'N', 'S', 90);
        var longitude = Angle(gps, GpsDirectory.TagLongitude, GpsDirectory.TagLongitudeRef, 'E', 'W', 180);

        // Exactly 0, 0 lies in the sea, and is what is written where there is no fix.
        return latitude is { } y && longitude is { } x && (y != 0 || x != 0) ? new CapturedPosition(y, x, Altitude(gps)) : null;
    }

    // Degrees, minutes and seconds, of which any may have the fraction.
    private static double? Angle(Directory? gps, int tag, int referenceTag, char positive, char negative, double most)
    {
        if (gps?.GetObject(tag) is not Rational[] { Length: 3 } parts || Text(gps, referenceTag) is not [var reference, ..])
            return null;
        reference = char.ToUpperInvariant(reference);
        if (reference != positive && reference != negative)
            return null;
        if (Value(parts[0]) is not { } degrees || Value(parts[1]) is not (<= 60 and var minutes))
            return null;
        if (Value(parts[2]) is not (<= 60 and var seconds))
            return null;
        var angle = Rounded(degrees + (minutes / 60) + (seconds / 3600), 8);
        return angle > most ? null
            : reference == negative && angle > 0 ? -angle
            : angle;
    }

    private static double? Altitude(Directory? gps)
    {
        if (gps?.GetObject(GpsDirectory.TagAltitude) is not Rational altitude || Value(altitude) is not (<= HighestAltitude and var metres))
            return null;

        // 0 and 1: above and below the sea; 2 and 3, from Exif 3 on: the ellipsoid. No reference means 0.
        var below = gps.GetObject(GpsDirectory.TagAltitudeRef) is (byte)1 or (byte)3;
        return Rounded(below && metres > 0 ? -metres : metres, 3);
    }

    private static CapturedDirection? Direction(Directory? gps)
    {
        if (gps?.GetObject(GpsDirectory.TagImgDirection) is not Rational direction || Value(direction) is not (<= 360 and var degrees))
            return null;
        CapturedNorth? north = Text(gps, GpsDirectory.TagImgDirectionRef) switch
        {
            ['T' or 't', ..] => CapturedNorth.True,
            ['M' or 'm', ..] => CapturedNorth.Magnetic,
            _ => null,
        };
        return new CapturedDirection(Rounded(degrees, 3) % 360, north);
    }

    // Other datums put a place up to hundreds of metres from where WGS 84 has it. Most files name none, and mean WGS 84.
    private static bool IsWgs84(string? datum) =>
        datum is null || new string([.. datum.Where(char.IsAsciiLetterOrDigit)]).ToUpperInvariant() is "" or "WGS84" or "WGS1984";

    // 0/0 says that it is not known.
    private static double? Value(Rational number) =>
        number.Denominator > 0 && number.Numerator >= 0 ? (double)number.Numerator / number.Denominator : null;

    private static double Rounded(double value, int digits) => Math.Round(value, digits, MidpointRounding.AwayFromZero);

    private static string? Name(Directory? ifd0, int tag)
    {
        if (Text(ifd0, tag) is not { } text)
            return null;
        var name = new string([
            .. text.Where(static c =>
                    char.GetUnicodeCategory(c) is not (UnicodeCategory.Control or UnicodeCategory.Format) && c != '\uFFFD'
                )
                .Take(LongestName),
        ]);
        if (name is [.., var last] && char.IsHighSurrogate(last))
            name = name[..^1];
        name = name.Trim();
        return name.Length == 0 ? null : name;
    }

    private static string? Text(Directory? directory, int tag)
    {
        var bytes = directory?.GetObject(tag) switch
        {
            StringValue text => text.Bytes,
            byte[] undefined => undefined,
            _ => null,
        };
        if (bytes is null)
            return null;
        var end = Array.IndexOf(bytes, (byte)0);
        var read = Encoding.UTF8.GetString(bytes, 0, end < 0 ? bytes.Length : end).Trim();
        return read.Length == 0 ? null : read;
    }

    [GeneratedRegex(@"^[+-](0\d|1[0-4]):[0-5]\d$", RegexOptions.CultureInvariant)]
    private static partial Regex OffsetForm();
}
