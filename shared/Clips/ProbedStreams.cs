using System.Globalization;
using System.Text.Json;
using RoadSeg.Errors;

namespace RoadSeg.Clips;

/// <summary>Finds the video in what ffprobe says of a file.</summary>
internal static class ProbedStreams
{
    // Pixels more oblong than this nobody means, and ones less oblong than this come of a rounding.
    private const double MostOblong = 4;
    private const double LeastOblong = 1.01;

    /// <exception cref="RoadSegException"><c>clip-without-video</c>, <c>clip-codec-unsupported</c>, <c>clip-unreadable</c> or
    /// <c>clip-too-large</c>.</exception>
    public static ClipFacts Facts(JsonElement probed, ClipContainer container, long bytes, ClipOptions options)
    {
        var video = Video(probed);
        var codec = Text(video, "codec_name") ?? "a codec that is unknown here";
        if (!ClipArguments.Codecs.Contains(codec))
        {
            throw new RoadSegException(
                ErrorCodes.ClipCodecUnsupported,
                $"The video is compressed by {codec}. Save it as H.264, HEVC, VP8, VP9, AV1, MPEG-4, Motion JPEG or ProRes."
            );
        }

        var (width, height) = (Whole(video, "width"), Whole(video, "height"));
        var (shownWidth, shownHeight) = Square(width, height, Ratio(Text(video, "sample_aspect_ratio"), ':') ?? 1);
        Check(width, height, options);
        Check(shownWidth, shownHeight, options);
        if (Turned(video))
            (shownWidth, shownHeight) = (shownHeight, shownWidth);
        var format = probed.TryGetProperty("format", out var whole) ? whole : default;
        return new ClipFacts(
            container,
            codec,
            (int)shownWidth,
            (int)shownHeight,
            Length(Seconds(video, "duration") ?? Seconds(format, "duration")),
            Ratio(Text(video, "avg_frame_rate"), '/'),
            Start(format),
            bytes
        )
        {
            Stream = (int)Whole(video, "index"),
        };
    }

    /// <summary>A number of seconds; null where there is none.</summary>
    public static double? Seconds(JsonElement holder, string name) =>
        double.TryParse(Text(holder, name), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && double.IsFinite(seconds)
            ? seconds
            : null;

    // Cover pictures and thumbnails are streams too. Of several the one with the most pixels, as players do.
    private static JsonElement Video(JsonElement probed)
    {
        var streams = probed.TryGetProperty("streams", out var list) ? list.EnumerateArray().ToList() : [];
        var videos = streams.Where(static stream => Text(stream, "codec_type") == "video" && !IsPicture(stream)).ToList();
        var largest = videos.OrderByDescending(Pixels).FirstOrDefault();
        if (largest.ValueKind != JsonValueKind.Undefined && Pixels(largest) > 0)
            return largest;

        // What is left of a file that was cut within the list of its tracks: tracks of which nobody knows what they are.
        var broken = videos.Count > 0 || !streams.Any(static stream => Text(stream, "codec_name") is not null);
        throw broken
            ? new RoadSegException(ErrorCodes.ClipUnreadable, "The video is cut short or broken: its tracks are not whole. Send it again.")
            : new RoadSegException(
                ErrorCodes.ClipWithoutVideo,
                "The file has no track of moving pictures, only sound, text or a still. Send a video."
            );
    }

    private static long Pixels(JsonElement video) => Whole(video, "width") * Whole(video, "height");

    private static bool IsPicture(JsonElement stream) =>
        stream.TryGetProperty("disposition", out var uses) && (Whole(uses, "attached_pic") == 1 || Whole(uses, "timed_thumbnails") == 1);

    private static bool Turned(JsonElement video) =>
        video.TryGetProperty("side_data_list", out var sides)
        && sides.EnumerateArray().Any(side => Math.Abs((Math.Abs(Whole(side, "rotation")) % 180) - 90) <= 1);

    // The longer side grows, so that no pixel is lost.
    private static (long Width, long Height) Square(long width, long height, double ratio) =>
        ratio is > LeastOblong and <= MostOblong ? ((long)Math.Round(width * ratio), height)
        : ratio is < 1 / LeastOblong and >= 1 / MostOblong ? (width, (long)Math.Round(height / ratio))
        : (width, height);

    private static void Check(long width, long height, ClipOptions options)
    {
        if (width > options.MaxPixels || height > options.MaxPixels || width * height > options.MaxPixels)
        {
            throw new RoadSegException(
                ErrorCodes.ClipTooLarge,
                $"The frames are {width:N0} x {height:N0} pixels; at most {options.MaxPixels:N0} in all are allowed. Save the video "
                    + "smaller."
            );
        }
    }

    private static double? Length(double? seconds) => seconds is >= 0 and < 1e9 ? Math.Round(seconds.Value, 6) : null;

    // Apple's own has the zone. 1904 and 1970 are clocks that were never set.
    private static DateTimeOffset? Start(JsonElement format)
    {
        if (format.ValueKind != JsonValueKind.Object || !format.TryGetProperty("tags", out var tags))
            return null;
        foreach (var name in (string[])["com.apple.quicktime.creationdate", "creation_time"])
        {
            if (
                DateTimeOffset.TryParse(Text(tags, name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
                && time.Year is > 1970 and < 9999
            )
                return time;
        }

        return null;
    }

    private static double? Ratio(string? text, char between) =>
        text?.Split(between) is [var over, var under]
        && long.TryParse(over, NumberStyles.None, CultureInfo.InvariantCulture, out var a)
        && long.TryParse(under, NumberStyles.None, CultureInfo.InvariantCulture, out var b)
        && a > 0
        && b > 0
            ? (double)a / b
            : null;

    private static long Whole(JsonElement holder, string name) =>
        holder.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number)
            ? number
            : 0;

    private static string? Text(JsonElement holder, string name) =>
        holder.ValueKind == JsonValueKind.Object && holder.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
