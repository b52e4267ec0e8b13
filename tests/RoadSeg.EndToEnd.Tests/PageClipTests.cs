namespace RoadSeg.EndToEnd.Tests;

/// <summary>Videos on the page.</summary>
public sealed class PageClipTests(StackFixture stack)
{
    [Fact(Timeout = 480_000)]
    public async Task A_video_is_sent_followed_and_looked_at_along_its_time_in_Chromium()
    {
        PageStory.PageIsBuilt();
        using var folder = new TempFolder();
        string[] encoded = ["-c:v", "libx264", "-pix_fmt", "yuv420p"];
        var files = new Dictionary<string, string>
        {
            ["VIDEO"] = await Ffmpeg.MakeAsync(folder, "drive.mp4", "testsrc=size=320x240:rate=10", 4, encoded),
            ["GPX"] = await NoonTrack.SaveAsync(folder),
        };
        await PageStory.TellAsync("clips.mjs", stack.Stack, files, TestContext.Current.CancellationToken);
    }
}
