using System.Text.Json;
using RoadSeg.Clips;

namespace RoadSeg.EndToEnd.Tests;

/// <summary><c>roadseg clip --server</c> against the running service.</summary>
public sealed class ClipServedTests(StackFixture stack) : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>A folder remembered its batch alone: another video got the results of the one before it, and after a failure the same failure came for
    /// good.</summary>
    [Fact]
    public async Task A_folder_knows_its_video_and_after_a_failure_the_video_is_not_sent_again()
    {
        var video = await MakeAsync("drive.mp4", 2);
        var gpx = await NoonTrack.SaveAsync(_folder);
        string[] asked = ["clip", video, "--gpx", gpx, "--out", _folder["out"], "--server", stack.Stack.Address.ToString(), "--json"];

        var otherDay = await CliTests.RunAsync([.. asked, "--start", "2026-03-02T12:00:00Z"]);
        Assert.Equal(1, otherDay.Exit);
        Assert.Contains("gpx-does-not-overlap", otherDay.Error, StringComparison.Ordinal);
        var key = await KeyAsync();
        var right = await CliTests.RunAsync([.. asked, "--start", "2026-03-01T12:00:00Z"]);
        Assert.True(right.Exit == 0, right.ToString());
        Assert.Equal(key, await KeyAsync());
        var timeline = JsonSerializer.Deserialize(right.Output, TimelineJson.Default.Timeline)!;
        Assert.Equal((2, 2), (timeline.Frames.Count, timeline.Frames.Count(static frame => frame.Captured!.Position is not null)));
        Assert.True(File.Exists(_folder["out/overlay.mp4"]) && File.Exists(_folder["out/masks/00002.png"]));

        var again = await CliTests.RunAsync([.. asked, "--start", "2026-03-01T12:00:00Z"]);
        Assert.Equal((0, right.Output), (again.Exit, again.Output));
        var other = await CliTests.RunAsync(["clip", await MakeAsync("other.mp4", 1), "--out", _folder["out"], "--server", stack.Stack.Address.ToString()]);
        Assert.Equal(1, other.Exit);
        Assert.Contains("results of another video", other.Error, StringComparison.Ordinal);
    }

    private Task<string> MakeAsync(string name, double seconds) =>
        Ffmpeg.MakeAsync(_folder, name, "testsrc2=s=96x64:r=10", seconds, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p");

    private async Task<string> KeyAsync() => (await File.ReadAllLinesAsync(_folder["out/roadseg-clip.txt"], TestContext.Current.CancellationToken))[0];
}
