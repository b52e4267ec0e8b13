using System.Text;

namespace RoadSeg.EndToEnd.Tests;

/// <summary>Videos on the page.</summary>
public sealed class PageClipTests(StackFixture stack)
{
    private const string Track = """
        <gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>
        <trkpt lat="47" lon="8"><time>2026-03-01T12:00:00Z</time></trkpt><trkpt lat="47" lon="8.001"><time>2026-03-01T12:00:05Z</time></trkpt>
        </trkseg></trk></gpx>
        """;

    [Fact(Timeout = 480_000)]
    public async Task A_video_is_sent_followed_and_looked_at_along_its_time_in_Chromium()
    {
        PageStory.PageIsBuilt();
        using var folder = new TempFolder();
        string[] encoded = ["-c:v", "libx264", "-pix_fmt", "yuv420p"];
        var files = new Dictionary<string, string>
        {
            ["VIDEO"] = await Ffmpeg.MakeAsync(folder, "drive.mp4", "testsrc=size=320x240:rate=10", 4, encoded),
            ["GPX"] = await folder.SaveAsync("drive.gpx", Encoding.UTF8.GetBytes(Track)),
        };
        await PageStory.TellAsync("clips.mjs", stack.Stack, files, TestContext.Current.CancellationToken);
    }
}
