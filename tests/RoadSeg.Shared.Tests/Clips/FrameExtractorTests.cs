using RoadSeg.Clips;
using RoadSeg.Errors;

namespace RoadSeg.Tests.Clips;

public sealed class FrameExtractorTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, string, string[], ClipContainer> Containers => new()
    {
        { "a.mp4", "h264", Videos.H264, ClipContainer.Mp4 },
        { "a.mov", "mjpeg", ["-c:v", "mjpeg", "-q:v", "2", "-pix_fmt", "yuvj420p"], ClipContainer.Mov },
        { "a.webm", "vp9", ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-crf", "10", "-b:v", "0"], ClipContainer.WebM },
        { "a.mkv", "mpeg4", ["-c:v", "mpeg4", "-q:v", "2"], ClipContainer.Matroska },
    };

    [Theory]
    [MemberData(nameof(Containers))]
    public async Task A_frame_is_taken_each_half_second_of_every_container_whatever_its_name(string name, string codec, string[] output, ClipContainer container)
    {
        var made = await Ffmpeg.MakeAsync(_folder, name, Videos.Numbered, 1.4, output);
        var file = _folder["some video"];
        File.Move(made, file);

        var (frames, findings, facts) = await Videos.FramesAsync(file, new ClipOptions { Every = TimeSpan.FromSeconds(0.5) });

        Assert.Equal((container, codec, 64, 48), (facts.Container, facts.Codec, facts.Width, facts.Height));
        Assert.Equal(1.4, facts.DurationSeconds!.Value, 0.1);
        Assert.Equal(25, facts.FramesPerSecond!.Value, 0.1);
        Assert.Equal([0, 1, 2], frames.Select(frame => frame.Index));
        Assert.Equal([0, 13, 25], frames.Select(Videos.Number));
        Assert.All(frames.Zip([0, 0.52, 1.0]), pair => Assert.Equal(pair.Second, pair.First.At.TotalSeconds, 0.0011));
        Assert.Empty(findings);
    }

    [Fact]
    public async Task Of_a_variable_frame_rate_the_times_count_and_a_stretch_without_a_frame_has_none()
    {
        static double Shown(int n) => n < 25 ? n * 0.04 : n < 40 ? 1 + ((n - 25) * 0.2) : 7.5 + ((n - 40) * 0.2);
        const string shown = "if(lt(N,25),N*0.04,if(lt(N,40),1+(N-25)*0.2,7.5+(N-40)*0.2))";
        var file = await Ffmpeg.MakeAsync(_folder, "vfr.mp4", $"{Videos.Numbered},trim=end_frame=50,settb=1/1000,setpts='({shown})/TB'", 60, ["-fps_mode", "passthrough", "-enc_time_base", "1:1000", .. Videos.H264]);

        var (frames, findings, _) = await Videos.FramesAsync(file, new ClipOptions { Every = TimeSpan.FromSeconds(1) });

        var expected = Enumerable.Range(0, 50).GroupBy(n => Math.Floor(Shown(n) + 1e-9)).Select(stretch => stretch.First()).ToList();
        Assert.Equal([0, 25, 30, 35, 40, 43, 48], expected);
        Assert.Equal(expected, frames.Select(Videos.Number));
        Assert.All(frames, frame => Assert.Equal(Shown(Videos.Number(frame)), frame.At.TotalSeconds, 0.0011));
        Assert.Empty(findings);
    }

    [Fact]
    public async Task A_turned_video_is_upright_and_oblong_pixels_become_square()
    {
        const string leftWhite = "color=black:s=64x48:r=25,drawbox=w=32:h=48:c=white:t=fill";
        var turned = await Ffmpeg.MakeAsync(_folder, "turned.mp4", leftWhite, 0.2, Videos.H264);
        var oblong = await Ffmpeg.MakeAsync(_folder, "oblong.mp4", leftWhite + ",setsar=2", 0.2, Videos.H264);

        // A quarter turn clockwise: what was left is above.
        Videos.Patch(turned, "tkhd", static atom =>
        {
            Videos.Put(atom, 44, 0);
            Videos.Put(atom, 48, 1 << 16);
            Videos.Put(atom, 56, -1 << 16);
            Videos.Put(atom, 60, 0);
        });
        var upright = (await Videos.FramesAsync(turned)).Frames.Single().Image;
        var square = (await Videos.FramesAsync(oblong)).Frames.Single().Image;

        Assert.Equal((48, 64), (upright.Width, upright.Height));
        Assert.InRange(upright.Pixels[3 * ((48 * 10) + 24)], 240, 255);
        Assert.InRange(upright.Pixels[3 * ((48 * 50) + 24)], 0, 15);
        Assert.Equal((128, 48), (square.Width, square.Height));
        Assert.InRange(square.Pixels[3 * ((128 * 24) + 50)], 240, 255);
        Assert.InRange(square.Pixels[3 * ((128 * 24) + 80)], 0, 15);
    }

    [Fact]
    public async Task Of_a_video_of_one_frame_it_is_taken_and_of_more_frames_than_may_be_the_first_ones()
    {
        var one = await Ffmpeg.MakeAsync(_folder, "one.mp4", Videos.Numbered, 60, ["-frames:v", "1", .. Videos.H264]);
        var many = await Ffmpeg.MakeAsync(_folder, "many.mp4", Videos.Numbered, 2, Videos.H264);

        Assert.Equal([0], (await Videos.FramesAsync(one)).Numbers);
        var (frames, findings, _) = await Videos.FramesAsync(many, new ClipOptions { Every = TimeSpan.FromSeconds(0.2), Frames = 3 });
        Assert.Equal([0, 5, 10], frames.Select(Videos.Number));
        Assert.Equal(ClipFindingKind.GoesOn, Assert.Single(findings).Kind);
    }

    [Fact]
    public async Task Of_a_video_that_was_cut_short_the_frames_that_are_there_are_taken()
    {
        var file = await Ffmpeg.MakeAsync(_folder, "whole.mp4", "testsrc2=s=64x48:r=25", 6, [.. Videos.H264, "-movflags", "+faststart"]);
        var late = await Ffmpeg.MakeAsync(_folder, "late.mp4", "testsrc2=s=64x48:r=25", 1, Videos.H264);
        using (var stream = File.OpenWrite(file))
            stream.SetLength(stream.Length / 2);
        using (var stream = File.OpenWrite(late))
            stream.SetLength(stream.Length - 600);
        File.Copy(late, _folder["later.mp4"]);
        using (var stream = File.OpenWrite(_folder["later.mp4"]))
            stream.SetLength(stream.Length / 2);

        var (frames, findings, _) = await Videos.FramesAsync(file);

        Assert.InRange(frames.Count, 2, 4);
        Assert.Contains("0:00:06", Assert.Single(findings, finding => finding.Kind == ClipFindingKind.EndsEarly).Message, StringComparison.Ordinal);
        await Videos.RefusedAsync(() => Videos.ProbeAsync(late), ErrorCodes.ClipUnreadable);
        await Videos.RefusedAsync(() => Videos.ProbeAsync(_folder["later.mp4"]), ErrorCodes.ClipUnreadable);
    }

    [Fact]
    public async Task Frames_that_are_larger_than_they_say_are_refused_before_memory_is_taken_for_them()
    {
        var file = await Ffmpeg.MakeAsync(_folder, "bomb.mov", Videos.Numbered, 0.2, "-c:v", "mjpeg", "-pix_fmt", "yuvj420p");

        // Start of frame: length, precision, height, width. 16,000 on a side.
        var bytes = File.ReadAllBytes(file);
        for (var at = 0; bytes.AsSpan(at).IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0, 0, 17, 8]) is >= 0 and var next; at += next + 9)
            (bytes[at + next + 5], bytes[at + next + 7]) = (62, 62);
        File.WriteAllBytes(file, bytes);

        await Videos.RefusedAsync(() => Videos.FramesAsync(file), ErrorCodes.ClipUnreadable);
    }

    [Fact]
    public async Task Whoever_leaves_or_cancels_kills_the_decoder()
    {
        var file = await Ffmpeg.MakeAsync(_folder, "long.mp4", "testsrc2=s=1280x720:r=25", 4, Videos.H264);
        var options = new ClipOptions { Every = TimeSpan.FromSeconds(0.1) };
        var extractor = new FrameExtractor(file, await Videos.ProbeAsync(file), Ffmpeg.Tools, options, TimeProvider.System);
        using var cancel = new CancellationTokenSource();

        await foreach (var frame in extractor.ReadAsync(TestContext.Current.CancellationToken))
        {
            Assert.Single(Running(file));
            break;
        }

        Assert.Empty(Running(file));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var frame in extractor.ReadAsync(cancel.Token))
                await cancel.CancelAsync();
        });
        Assert.Empty(Running(file));
    }

    // By the file that they read.
    private static List<string> Running(string file)
    {
        var found = new List<string>();
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(static folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])))
        {
            try
            {
                if (File.ReadAllText(Path.Combine(process, "cmdline")).Contains(file, StringComparison.Ordinal))
                    found.Add(process);
            }
            catch (IOException)
            {
                // It has ended meanwhile.
            }
        }

        return found;
    }
}
