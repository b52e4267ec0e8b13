using System.Globalization;
using RoadSeg.Capture;
using RoadSeg.Errors;

namespace RoadSeg.Clips;

/// <summary>When and where the frames of a video were taken.</summary>
public sealed class ClipCapture
{
    private readonly DateTimeOffset? _start;
    private readonly GpxTrack? _track;
    private readonly TimeSpan _longestGap;

    /// <summary>Joins a video with its track.</summary>
    /// <param name="start">When its first frame was taken; null where nobody knows.</param>
    /// <param name="track">Where the camera was; null where nobody knows.</param>
    /// <param name="options">How far apart points of the track may be, and how much of the video is looked at.</param>
    /// <exception cref="RoadSegException"><c>clip-start-unknown</c>: a track without a start; <c>gpx-does-not-overlap</c>: the track ends
    /// before the video begins, or begins after what is looked at of it.</exception>
    public ClipCapture(DateTimeOffset? start, GpxTrack? track, ClipOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_start, _track, _longestGap) = (start, track, options.LongestGap);
        if (track is null)
            return;
        if (start is not { } begin)
        {
            throw new RoadSegException(
                ErrorCodes.ClipStartUnknown,
                "The video does not say when it began, so that its frames have no place on the track. Say it as start, such as "
                    + "2026-03-01T12:00:00Z."
            );
        }

        if (track.Last < begin || track.First > begin + options.Reach)
        {
            throw new RoadSegException(
                ErrorCodes.GpxDoesNotOverlap,
                $"The track is from {Utc(track.First)} to {Utc(track.Last)}, and the video began at {Utc(begin)}. Send the track of the "
                    + "same drive; if it is, the camera's clock or time zone is wrong: say as start when the video really began."
            );
        }
    }

    /// <summary>What is known of a frame's capture: the time by the clock of the start, position and direction of travel by the
    /// track.</summary>
    /// <param name="at">When the frame is shown, from the first frame on.</param>
    /// <returns>Null where nothing is known.</returns>
    public Captured? Of(TimeSpan at)
    {
        if (_start is not { } start)
            return null;
        var time = start + at;
        var place = _track?.At(time, _longestGap);
        return new Captured(
            time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff", CultureInfo.InvariantCulture),
            time.ToString("zzz", CultureInfo.InvariantCulture),
            place?.Position,
            place?.Direction,
            null
        );
    }

    /// <summary>What there is to say once all frames have their capture: null where each has a position, or nobody gave a track.</summary>
    /// <param name="frames">The captures of all frames.</param>
    public ClipFinding? Conclude(IReadOnlyCollection<Captured?> frames)
    {
        ArgumentNullException.ThrowIfNull(frames);
        var without = frames.Count(static frame => frame?.Position is null);
        return _track is null || without == 0
            ? null
            : new ClipFinding(
                ClipFindingKind.WithoutPosition,
                $"{without:N0} of {frames.Count:N0} frames have no position: they were taken before or after the track, or in one "
                    + "of its gaps."
            );
    }

    private static string Utc(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
