using System.Text;
using RoadSeg.Capture;
using RoadSeg.Clips;
using RoadSeg.Errors;

namespace RoadSeg.Tests.Clips;

public sealed class GpxTrackTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Gap = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Positions_lie_between_the_points_and_the_direction_is_that_of_travel()
    {
        var track = await ReadAsync(Point(0, 47.0, 8.0, 400) + Point(4, 47.0, 8.001, 408) + Point(8, 47.001, 8.001, null));

        var east = track.At(Noon.AddSeconds(1), Gap)!.Value;
        Assert.Equal(new CapturedPosition(47.0, 8.00025, 402), east.Position);
        Assert.Equal((90, CapturedNorth.True), (Math.Round(east.Direction!.Degrees, 1), east.Direction.North));
        var north = track.At(Noon.AddSeconds(6), Gap)!.Value;
        Assert.Equal(new CapturedPosition(47.0005, 8.001, null), north.Position);
        Assert.Equal(0, north.Direction!.Degrees, 0.001);
        Assert.Equal(47.001, track.At(Noon.AddSeconds(8), Gap)!.Value.Position.Latitude);
        Assert.Null(track.At(Noon.AddSeconds(-0.001), Gap));
        Assert.Null(track.At(Noon.AddSeconds(8.001), Gap));
        Assert.Equal((Noon, Noon.AddSeconds(8)), (track.First, track.Last));
    }

    [Fact]
    public async Task In_a_gap_and_between_segments_nothing_is_known()
    {
        var track = await ReadAsync(Point(0, 47, 8) + Point(10, 47, 8.01) + Point(21, 47, 8.02) + "</trkseg><trkseg>" + Point(24, 47, 8.1) + Point(26, 47, 8.2));

        Assert.NotNull(track.At(Noon.AddSeconds(5), Gap));
        Assert.Null(track.At(Noon.AddSeconds(15), Gap));
        Assert.NotNull(track.At(Noon.AddSeconds(15), TimeSpan.FromSeconds(11)));
        Assert.Null(track.At(Noon.AddSeconds(22), Gap));
        Assert.Equal(8.15, track.At(Noon.AddSeconds(25), Gap)!.Value.Position.Longitude);
    }

    [Fact]
    public async Task Points_out_of_order_or_doubled_or_without_a_time_do_no_harm_and_whoever_stands_has_no_direction()
    {
        var track = await ReadAsync(
            Point(9, 47, 8.0009) + Point(0, 47, 8) + Point(0, 50, 9) + "<trkpt lat='1' lon='1'/><trkpt lat='1' lon='1'><ele>3</ele></trkpt><trkpt lat='x' lon='1'><time>2026-03-01T12:00:03Z</time></trkpt>"
            + "<trkpt lat='91' lon='1'><time>2026-03-01T12:00:03Z</time></trkpt>" + Point(18, 47, 8.000900001));

        Assert.Equal(8.0003, track.At(Noon.AddSeconds(3), Gap)!.Value.Position.Longitude);
        Assert.NotNull(track.At(Noon.AddSeconds(3), Gap)!.Value.Direction);
        Assert.Null(track.At(Noon.AddSeconds(12), Gap)!.Value.Direction);
    }

    [Fact]
    public async Task Across_the_antimeridian_the_short_way_is_taken()
    {
        var track = await ReadAsync(Point(0, 0, 179.999) + Point(4, 0, -179.997));

        Assert.Equal(180, Math.Abs(track.At(Noon.AddSeconds(1), Gap)!.Value.Position.Longitude), 1e-6);
        Assert.Equal(-179.998, track.At(Noon.AddSeconds(3), Gap)!.Value.Position.Longitude, 1e-6);
        Assert.Equal(90, track.At(Noon.AddSeconds(3), Gap)!.Value.Direction!.Degrees, 1e-3);
    }

    [Theory]
    [InlineData("<gpx xmlns='http://www.topografix.com/GPX/1/0'><trk><trkseg>{0}</trkseg></trk></gpx>")]
    [InlineData("<g:gpx xmlns:g='http://www.topografix.com/GPX/1/1'><g:trk><g:trkseg>{0}</g:trkseg></g:trk></g:gpx>")]
    public async Task Both_versions_and_extensions_within_points_are_read(string form)
    {
        var prefix = form.StartsWith("<g:", StringComparison.Ordinal) ? "g:" : "";
        var points = $"<{prefix}trkpt lat='47' lon='8'><{prefix}extensions><{prefix}time>1999-01-01T00:00:00Z</{prefix}time></{prefix}extensions>"
            + $"<{prefix}time>2026-03-01T13:00:00+01:00</{prefix}time></{prefix}trkpt>"
            + $"<{prefix}trkpt lat='47' lon='8.01'><{prefix}ele>1</{prefix}ele><{prefix}time>2026-03-01T12:00:02</{prefix}time></{prefix}trkpt>";

        var track = await ParseAsync(form.Replace("{0}", points, StringComparison.Ordinal));

        Assert.Equal(8.005, track.At(Noon.AddSeconds(1), Gap)!.Value.Position.Longitude);
    }

    [Theory]
    [InlineData("no xml")]
    [InlineData("<kml/>")]
    [InlineData("<gpx><trk><trkseg><trkpt lat='1' lon='1'><time>2026-03-01T12:00:00Z</time>")]
    [InlineData("<gpx><trk><trkseg><trkpt lat='1' lon='1'><time>2026-03-01T12:00:00Z</time></trkpt></trkseg></trk></gpx>")]
    [InlineData("<gpx><rte><rtept lat='1' lon='1'/><rtept lat='1' lon='2'/></rte></gpx>")]
    [InlineData("<!DOCTYPE gpx [<!ENTITY x SYSTEM 'file:///etc/hostname'>]><gpx>&x;</gpx>")]
    public async Task What_is_no_track_is_refused(string text)
    {
        var refused = await Assert.ThrowsAsync<RoadSegException>(() => ParseAsync(text));

        Assert.Equal(ErrorCodes.GpxUnreadable, refused.Code);
    }

    [Fact]
    public async Task A_track_of_another_day_and_a_video_without_a_start_are_refused_each_with_its_code()
    {
        var (track, options) = (await ReadAsync(Point(0, 47, 8) + Point(9, 47, 8.01)), new ClipOptions());

        Assert.Equal(ErrorCodes.GpxDoesNotOverlap, Assert.Throws<RoadSegException>(() => new ClipCapture(Noon.AddDays(-1), track, options)).Code);
        Assert.Equal(ErrorCodes.GpxDoesNotOverlap, Assert.Throws<RoadSegException>(() => new ClipCapture(Noon.AddSeconds(10), track, options)).Code);
        Assert.Equal(ErrorCodes.ClipStartUnknown, Assert.Throws<RoadSegException>(() => new ClipCapture(null, track, options)).Code);
        Assert.Null(new ClipCapture(null, null, options).Of(TimeSpan.Zero));
    }

    [Fact]
    public async Task A_frame_has_the_time_of_the_start_and_the_place_of_the_track()
    {
        var capture = new ClipCapture(new DateTimeOffset(2026, 3, 1, 13, 59, 58, TimeSpan.FromHours(2)), await ReadAsync(Point(0, 47, 8) + Point(9, 47, 8.009)), new ClipOptions());

        var (before, within) = (capture.Of(TimeSpan.FromSeconds(1)), capture.Of(TimeSpan.FromSeconds(5.25)));

        Assert.Equal(("2026-03-01T13:59:59.000", "+02:00", null), (before!.LocalTime, before.UtcOffset, before.Position));
        Assert.Equal(("2026-03-01T14:00:03.250+02:00", 8.00325), (within!.Time, within.Position!.Longitude));
        Assert.Equal(ClipFindingKind.WithoutPosition, capture.Conclude([before, within])!.Kind);
        Assert.Null(capture.Conclude([within]));
    }

    private static string Point(double seconds, double latitude, double longitude, double? altitude = null) =>
        FormattableString.Invariant($"<trkpt lat='{latitude}' lon='{longitude}'>{(altitude is null ? "" : $"<ele>{altitude}</ele>")}<time>{Noon.AddSeconds(seconds):yyyy-MM-dd'T'HH:mm:ss.fff'Z'}</time></trkpt>");

    private static Task<GpxTrack> ReadAsync(string points) => ParseAsync($"<gpx version='1.1' xmlns='http://www.topografix.com/GPX/1/1'><trk><trkseg>{points}</trkseg></trk></gpx>");

    private static Task<GpxTrack> ParseAsync(string text) => GpxTrack.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), TestContext.Current.CancellationToken);
}
