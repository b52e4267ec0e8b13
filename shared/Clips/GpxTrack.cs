using RoadSeg.Capture;
using RoadSeg.Errors;

namespace RoadSeg.Clips;

/// <summary>Where something was and when, as a GPX file says it.</summary>
public sealed class GpxTrack
{
    private const double EarthRadius = 6_371_000;

    // Nearer than this the bearing is that of the receiver's noise: whoever it is stands.
    private const double LeastMetres = 1;

    private static readonly Comparer<GpxPoint> ByTime = Comparer<GpxPoint>.Create(static (a, b) => a.Time.CompareTo(b.Time));

    private readonly List<GpxPoint[]> _segments;

    private GpxTrack(List<GpxPoint[]> segments) => _segments = segments;

    /// <summary>Time of its first point.</summary>
    public DateTimeOffset First => _segments.Min(static segment => segment[0].Time);

    /// <summary>Time of its last point.</summary>
    public DateTimeOffset Last => _segments.Max(static segment => segment[^1].Time);

    /// <summary>Reads a GPX file, 1.0 or 1.1: its track points (<c>trkpt</c>) by segment, at most a million. Points without a time or a
    /// place are left out, points that do not stand in the order of their times are put into it.</summary>
    /// <param name="file">Read to its end, not closed.</param>
    /// <param name="cancel">Stops the reading.</param>
    /// <exception cref="RoadSegException"><c>gpx-unreadable</c>: no GPX, broken, too large, or without a segment of two points that have
    /// a time.</exception>
    public static async Task<GpxTrack> ReadAsync(Stream file, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(file);
        using var reader = new GpxReader(file);
        var segments = new List<GpxPoint[]>();
        foreach (var read in await reader.ReadAsync(cancel))
        {
            // Of several at one time the first: OrderBy keeps their order.
            GpxPoint[] points = [.. read.OrderBy(static point => point.Time).DistinctBy(static point => point.Time)];
            if (points.Length > 1)
                segments.Add(points);
        }

        return segments.Count > 0
            ? new GpxTrack(segments)
            : throw new RoadSegException(
                ErrorCodes.GpxUnreadable,
                "The track has no two points (trkpt within trkseg) with a time. Record it with times, and export it as a track, not as a "
                    + "route."
            );
    }

    /// <summary>Where and in which direction it was at a time: on the straight line between the points before and after.</summary>
    /// <param name="time">The time.</param>
    /// <param name="longestGap">Between points further apart nothing is known.</param>
    /// <returns>Null where the track does not know. Without a direction (the bearing to the next point, from true north) where it
    /// stands.</returns>
    public (CapturedPosition Position, CapturedDirection? Direction)? At(DateTimeOffset time, TimeSpan longestGap)
    {
        foreach (var segment in _segments)
        {
            if (time < segment[0].Time || time > segment[^1].Time)
                continue;
            var found = Array.BinarySearch(segment, new GpxPoint(time, 0, 0, null), ByTime);
            var before = Math.Min(found >= 0 ? found : ~found - 1, segment.Length - 2);
            var (from, to) = (segment[before], segment[before + 1]);
            if (to.Time - from.Time <= longestGap)
                return Between(from, to, (time - from.Time) / (to.Time - from.Time));
        }

        return null;
    }

    private static (CapturedPosition Position, CapturedDirection? Direction) Between(GpxPoint from, GpxPoint to, double share)
    {
        // The short way around the earth.
        var east = to.Longitude - from.Longitude;
        east -= 360 * Math.Round(east / 360);
        var longitude = from.Longitude + (share * east);
        longitude -= 360 * Math.Round(longitude / 360);
        var position = new CapturedPosition(
            Math.Round(from.Latitude + (share * (to.Latitude - from.Latitude)), 8),
            Math.Round(longitude, 8),
            from.Altitude is { } low && to.Altitude is { } high ? Math.Round(low + (share * (high - low)), 3) : null
        );
        return (position, Bearing(from, to, east) is { } degrees ? new CapturedDirection(degrees, CapturedNorth.True) : null);
    }

    // Initial bearing of the great circle, and its length by the haversine.
    private static double? Bearing(GpxPoint from, GpxPoint to, double east)
    {
        var (a, b, d) = (double.DegreesToRadians(from.Latitude), double.DegreesToRadians(to.Latitude), double.DegreesToRadians(east));
        var chord = Math.Pow(Math.Sin((b - a) / 2), 2) + (Math.Cos(a) * Math.Cos(b) * Math.Pow(Math.Sin(d / 2), 2));
        if (2 * EarthRadius * Math.Asin(Math.Min(1, Math.Sqrt(chord))) < LeastMetres)
            return null;
        var radians = Math.Atan2(Math.Sin(d) * Math.Cos(b), (Math.Cos(a) * Math.Sin(b)) - (Math.Sin(a) * Math.Cos(b) * Math.Cos(d)));
        return Math.Round((double.RadiansToDegrees(radians) + 360) % 360, 3) % 360;
    }
}
