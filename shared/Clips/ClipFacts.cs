using System.Text.Json.Serialization;

namespace RoadSeg.Clips;

/// <summary>What a video's file says of it. No frame has been taken yet.</summary>
/// <param name="Container">Container by content.</param>
/// <param name="Codec">Codec of the pictures, as ffmpeg calls it: one of the allow-list.</param>
/// <param name="Width">Width of an upright frame with square pixels, in pixels.</param>
/// <param name="Height">Its height.</param>
/// <param name="DurationSeconds">How long it says that it lasts, in seconds; null where it does not say. It may be wrong.</param>
/// <param name="FramesPerSecond">The mean, as the file says it; null where it does not say.</param>
/// <param name="Start">When it says that it began; null where it does not say. Phones mean it, many other cameras write their local time as
/// if it were UTC.</param>
/// <param name="Bytes">Size of the file.</param>
public sealed record ClipFacts(
    ClipContainer Container,
    [property: JsonRequired] string Codec,
    int Width,
    int Height,
    double? DurationSeconds,
    double? FramesPerSecond,
    DateTimeOffset? Start,
    long Bytes
)
{
    /// <summary>How long it says that it lasts; null where it does not say.</summary>
    [JsonIgnore]
    public TimeSpan? Duration => DurationSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null;

    /// <summary>Which of the file's streams it is.</summary>
    internal int Stream { get; init; }
}
