using System.Text.Json.Serialization;

namespace RoadSeg.Capture;

/// <summary>When, where and with what a photo was taken, as its file says (Exif, CIPA DC-008). A part that the file does not say, or says
/// in a way that cannot be, is absent; nothing is guessed.</summary>
/// <param name="LocalTime">When, by the camera's clock where it was: <c>2026-03-01T13:34:56.78</c>, without an offset.</param>
/// <param name="UtcOffset">What that clock was ahead of UTC, <c>+01:00</c>; absent where the file does not say, as of most cameras.</param>
/// <param name="Position">Where.</param>
/// <param name="Direction">Where the camera looked.</param>
/// <param name="Camera">With what.</param>
public sealed record Captured(
    string? LocalTime,
    string? UtcOffset,
    CapturedPosition? Position,
    CapturedDirection? Direction,
    CapturedCamera? Camera
)
{
    /// <summary>Local time and offset in one, ISO 8601; null where the time is not known.</summary>
    [JsonIgnore]
    public string? Time => LocalTime is null ? null : LocalTime + UtcOffset;
}
