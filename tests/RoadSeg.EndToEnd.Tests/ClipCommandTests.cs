using System.Text.Json;
using RoadSeg.Clips;
using RoadSeg.Imaging;

namespace RoadSeg.EndToEnd.Tests;

/// <summary><c>roadseg clip</c> as a process of its own; it needs no service.</summary>
public sealed class ClipCommandTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Clip_saves_frames_masks_timeline_and_overlay_of_a_video_with_the_place_of_each_frame()
    {
        var cancel = TestContext.Current.CancellationToken;
        var video = await Ffmpeg.MakeAsync(_folder, "drive.webm", "testsrc2=s=96x64:r=10", 2, "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8");
        var gpx = await NoonTrack.SaveAsync(_folder);

        var result = await CliTests.RunAsync(["clip", video, "--gpx", gpx, "--start", "2026-03-01T12:00:01.5Z", "--out", _folder["out"], "--json"]);

        Assert.True(result.Exit == 0, result.ToString());
        var timeline = JsonSerializer.Deserialize(result.Output, TimelineJson.Default.Timeline)!;
        Assert.Equal(("drive.webm", ClipContainer.WebM, 2), (timeline.FileName, timeline.Clip.Container, timeline.Frames.Count));
        Assert.Equal([8.0003, 8.0005], timeline.Frames.Select(frame => frame.Captured!.Position!.Longitude));
        Assert.All(timeline.Frames, frame => Assert.Equal(1, frame.Shares!.Sum(), 1e-5));
        Assert.Equal(result.Output.TrimEnd(), await File.ReadAllTextAsync(_folder["out/timeline.json"], cancel));
        Assert.Equal(1 + timeline.Frames.Count, (await File.ReadAllLinesAsync(_folder["out/timeline.csv"], cancel)).Length);
        foreach (var name in (string[])["00001", "00002"])
        {
            var frame = Photos.Decode(await File.ReadAllBytesAsync(_folder[$"out/frames/{name}.jpg"], cancel));
            var mask = MaskPng.Decode(await File.ReadAllBytesAsync(_folder[$"out/masks/{name}.png"], cancel), new ImageLimits());
            Assert.Equal((96, 64, 96, 64), (frame.Width, frame.Height, mask.Width, mask.Height));
        }

        var overlay = await ClipProbe.ReadAsync(_folder["out/overlay.mp4"], Ffmpeg.Tools, new ClipOptions(), TimeProvider.System, cancel);
        Assert.Equal(("h264", 96, 64), (overlay.Codec, overlay.Width, overlay.Height));
        Assert.Equal(2, overlay.DurationSeconds!.Value, 0.0011);
        Assert.True(File.Exists(_folder["out/poster.jpg"]));
    }

    [Fact]
    public async Task What_is_no_video_is_refused_with_its_code_and_leaves_no_folder()
    {
        _ = Ffmpeg.Tools;
        var zip = await _folder.SaveAsync("drive.mp4", [.. "PK\x03\x04 and so on"u8]);

        var result = await CliTests.RunAsync(["clip", zip, "--out", _folder["out"]]);

        Assert.Equal((1, ""), (result.Exit, result.Output));
        Assert.Contains("clip-container-unsupported: The file looks like a ZIP archive", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["out"]));
    }
}
