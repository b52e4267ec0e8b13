using System.Text;

namespace RoadSeg.EndToEnd.Tests;

/// <summary>A GPX track of five seconds from noon of 2026-03-01 UTC on: east along 47 degrees north, 0.0002 degrees a second.</summary>
internal static class NoonTrack
{
    private const string Gpx = """
        <gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>
        <trkpt lat="47" lon="8"><time>2026-03-01T12:00:00Z</time></trkpt><trkpt lat="47" lon="8.001"><time>2026-03-01T12:00:05Z</time></trkpt>
        </trkseg></trk></gpx>
        """;

    /// <summary>Saves it and gives its path.</summary>
    public static Task<string> SaveAsync(TempFolder folder) => folder.SaveAsync("drive.gpx", Encoding.UTF8.GetBytes(Gpx));
}
