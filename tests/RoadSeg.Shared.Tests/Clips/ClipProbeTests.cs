using System.Net;
using System.Net.Sockets;
using System.Text;
using RoadSeg.Clips;
using RoadSeg.Errors;

namespace RoadSeg.Tests.Clips;

public sealed class ClipProbeTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, string> Strangers => new()
    {
        { "PK\u0003\u0004 and so on", "a ZIP archive" },
        { "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:/etc/hostname\n", "text, a playlist perhaps" },
        { "ffconcat version 1.0\nfile /etc/hostname\n", "text, a playlist perhaps" },
        { "<svg xmlns='http://www.w3.org/2000/svg'><image href='file:/etc/hostname'/></svg>", "text" },
        { "RIFF\u0001\u0001\u0001\u0001AVI LIST", "an AVI" },
        { "\u0001\u0001\u0001\u0018ftypheic\u0001\u0001\u0001\u0001mif1heic", "a HEIF" },
    };

    [Theory]
    [MemberData(nameof(Strangers))]
    public async Task What_is_no_video_of_the_list_is_refused_by_its_content_and_named(string content, string named)
    {
        var file = await _folder.SaveAsync("video.mp4", Encoding.Latin1.GetBytes(content));

        var refused = await Videos.RefusedAsync(() => Videos.ProbeAsync(file), ErrorCodes.ClipContainerUnsupported);

        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_file_is_unreadable() =>
        await Videos.RefusedAsync(async () => await Videos.ProbeAsync(await _folder.SaveAsync("video.mp4", [])), ErrorCodes.ClipUnreadable);

    // The content's first bytes are one guard; that the tools know of one container and one file only is the other. Here the first is gone.
    [Theory]
    [InlineData(ClipContainer.Mp4)]
    [InlineData(ClipContainer.Matroska)]
    public async Task A_playlist_that_gets_past_the_first_bytes_leads_nowhere(ClipContainer container)
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var address = $"http://127.0.0.1:{((IPEndPoint)server.LocalEndpoint).Port}/a.ts";
        string[] playlists = [$"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{address}\n#EXT-X-ENDLIST\n", $"\0\0\0\u0010ftypisom\0\0\0\0ffconcat version 1.0\nfile {address}\n"];
        foreach (var playlist in playlists)
        {
            var file = await _folder.SaveAsync("video.mp4", Encoding.Latin1.GetBytes(playlist));
            await Videos.RefusedAsync(
                () => ClipProbe.AskAsync(file, container, Ffmpeg.Tools, new ClipOptions(), TimeProvider.System, TestContext.Current.CancellationToken),
                ErrorCodes.ClipUnreadable);
        }

        Assert.False(server.Pending());
    }

    [Fact]
    public async Task A_file_of_sound_is_without_video_also_with_a_cover_picture()
    {
        var sound = await Ffmpeg.MakeAsync(_folder, "sound.mp4", "sine", 0.2, "-c:a", "aac");
        var covered = await Ffmpeg.MakeAsync(_folder, "covered.mp4", "sine", 0.2, "-f", "lavfi", "-i", "color=red:s=32x32", "-map", "0", "-map", "1", "-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-frames:v", "1", "-disposition:v", "attached_pic");

        await Videos.RefusedAsync(() => Videos.ProbeAsync(sound), ErrorCodes.ClipWithoutVideo);
        await Videos.RefusedAsync(() => Videos.ProbeAsync(covered), ErrorCodes.ClipWithoutVideo);
    }

    [Fact]
    public async Task Another_codec_too_many_pixels_and_too_many_bytes_are_refused_each_with_its_code()
    {
        var video = await Ffmpeg.MakeAsync(_folder, "video.mp4", Videos.Numbered, 0.2, Videos.H264);
        var codec = await Ffmpeg.MakeAsync(_folder, "codec.mkv", Videos.Numbered, 0.2, "-c:v", "ffv1");

        Assert.Contains("ffv1", (await Videos.RefusedAsync(() => Videos.ProbeAsync(codec), ErrorCodes.ClipCodecUnsupported)).Message, StringComparison.Ordinal);
        Assert.Contains("64 x 48", (await Videos.RefusedAsync(() => Videos.ProbeAsync(video, new ClipOptions { MaxPixels = (64 * 48) - 1 }), ErrorCodes.ClipTooLarge)).Message, StringComparison.Ordinal);
        await Videos.RefusedAsync(() => Videos.ProbeAsync(video, new ClipOptions { MaxBytes = 100 }), ErrorCodes.ClipTooLarge);
        Assert.Equal("h264", (await Videos.ProbeAsync(video, new ClipOptions { MaxPixels = 64 * 48 })).Codec);
    }

    [Fact]
    public async Task A_video_of_ten_hours_is_too_long_and_one_that_only_says_so_is_not()
    {
        var ten = await Ffmpeg.MakeAsync(_folder, "ten.mp4", "color=black:s=64x48:r=1/600", 36_000, Videos.H264);
        var liar = await Ffmpeg.MakeAsync(_folder, "liar.mkv", Videos.Numbered, 2, Videos.H264);
        var modest = _folder["modest.mkv"];
        File.Copy(liar, modest);
        SayDuration(liar, 36_000_000);
        SayDuration(modest, 500);

        Assert.Contains("10:00:00", (await Videos.RefusedAsync(() => Videos.ProbeAsync(ten), ErrorCodes.ClipTooLong)).Message, StringComparison.Ordinal);
        var (frames, findings, _) = await Videos.FramesAsync(liar);
        Assert.Equal([0, 25], frames.Select(Videos.Number));
        Assert.Equal(ClipFindingKind.EndsEarly, Assert.Single(findings).Kind);
        Assert.Equal([0, 25], (await Videos.FramesAsync(modest)).Numbers);
    }

    [Fact]
    public async Task The_time_it_began_is_read_and_a_clock_that_was_never_set_is_not()
    {
        var utc = await Ffmpeg.MakeAsync(_folder, "utc.mp4", Videos.Numbered, 0.2, ["-metadata", "creation_time=2026-03-01T12:00:00Z", .. Videos.H264]);
        var zone = await Ffmpeg.MakeAsync(_folder, "zone.mov", Videos.Numbered, 0.2, ["-metadata", "creation_time=2026-03-01T12:00:00Z", "-metadata", "com.apple.quicktime.creationdate=2026-03-01T13:00:01+0200", "-movflags", "use_metadata_tags", .. Videos.H264]);
        var never = await Ffmpeg.MakeAsync(_folder, "never.mp4", Videos.Numbered, 0.2, ["-metadata", "creation_time=1970-01-01T00:00:00Z", .. Videos.H264]);

        Assert.Equal(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero), (await Videos.ProbeAsync(utc)).Start);
        Assert.Equal(new DateTimeOffset(2026, 3, 1, 13, 0, 1, TimeSpan.FromHours(2)), (await Videos.ProbeAsync(zone)).Start);
        Assert.Null((await Videos.ProbeAsync(never)).Start);
    }

    // Matroska's Duration: element 0x4489, a double of milliseconds.
    private static void SayDuration(string file, double milliseconds)
    {
        var bytes = File.ReadAllBytes(file);
        var at = bytes.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x44, 0x89, 0x88]);
        System.Buffers.Binary.BinaryPrimitives.WriteDoubleBigEndian(bytes.AsSpan(at + 3), milliseconds);
        File.WriteAllBytes(file, bytes);
    }
}
