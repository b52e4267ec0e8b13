using System.Net;
using System.Text;
using System.Text.Json;
using Azure.Storage.Blobs.Models;
using RoadSeg.Batches;
using RoadSeg.Client;
using RoadSeg.Clips;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Clips;

/// <summary>Videos from the upload to the video of their overlays, on real storage, queues and ffmpeg, with a model of a few kilobytes.</summary>
public sealed class ClipTests : IAsyncLifetime
{
    private static readonly string[] H264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"];

    private readonly StorageFixture _storage = new();
    private readonly TempFolder _folder = new();
    private WholeService _service = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private RoadSegClient Client => _service.Client;

    public async ValueTask InitializeAsync()
    {
        await _storage.InitializeAsync();
        _service = await WholeService.StartAsync(
            _storage, null, ("ROADSEG_MODEL", TinyPackages.Write(_folder["model"], "tiny", 0).Folder), ("ROADSEG_CLIP_MAX_BYTES", "2000000"));
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        await _storage.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task An_uploaded_video_becomes_a_batch_of_its_frames_with_timeline_overlay_and_places()
    {
        var asked = await StartAsync(await MakeAsync("drive.mp4", "color=red:s=64x48:r=10", 2), new ClipRequest(FileName: "drive.mp4", Every: 0.5, Start: "2026-03-01T12:00:00Z"), Gpx(12));
        var batch = await Client.WaitForBatchAsync(asked.Id, cancel: Cancel);

        Assert.Equal((BatchState.Completed, 4, 4), (batch.State, batch.Total, batch.Counts!.Succeeded));
        Assert.Equal((ClipContainer.Mp4, "h264", 64, 48), (batch.Clip!.Facts.Container, batch.Clip.Facts.Codec, batch.Clip.Facts.Width, batch.Clip.Facts.Height));
        Assert.Empty(batch.Clip.Findings);
        Assert.Equal((0, 4), (batch.Clip.Overlay!.Round, batch.Clip.Overlay.Frames));

        var timeline = await Client.GetTimelineAsync(batch.Id, Cancel);
        Assert.Equal(("drive.mp4", 0.5, "tiny"), (timeline.FileName, timeline.EverySeconds, timeline.Model));
        Assert.Equal([0, 0.5, 1, 1.5], timeline.Frames.Select(frame => frame.Seconds));
        Assert.All(timeline.Frames, frame => Assert.Equal(1.0, frame.Shares![TinyPackages.ClassOfRed(0)]));
        Assert.Equal(3, timeline.Classes.Count);
        Assert.Equal("2026-03-01T12:00:01.500", timeline.Frames[3].Captured!.LocalTime);
        Assert.Equal(47.00015, timeline.Frames[3].Captured!.Position!.Latitude, 6);
        var job = await Client.GetAsync(timeline.Frames[3].Job!.Value, Cancel);
        Assert.Equal(("00004.jpg", timeline.Frames[3].Captured), (job.FileName, job.Captured));
        using var table = new StreamReader(await Client.OpenTimelineTableAsync(batch.Id, Cancel));
        Assert.Equal(6, (await table.ReadToEndAsync(Cancel)).Split("\r\n").Length);
        using var places = await _service.SendAsync(HttpMethod.Get, $"/v1/batches/{batch.Id}/items?format=geojson");
        Assert.Equal(4, JsonDocument.Parse(await places.Content.ReadAsStringAsync(Cancel)).RootElement.GetProperty("features").GetArrayLength());

        // What it made can be read as a video, of which a part is given too.
        var overlay = await SaveAsync("overlay.mp4", await Client.OpenClipOverlayAsync(batch.Id, Cancel));
        var facts = await ClipProbe.ReadAsync(overlay, Ffmpeg.Tools, new ClipOptions(), TimeProvider.System, Cancel);
        Assert.Equal((64, 48, batch.Clip.Overlay.Bytes), (facts.Width, facts.Height, new FileInfo(overlay).Length));
        Assert.Equal(2, facts.DurationSeconds!.Value, 1);
        using var part = new HttpRequestMessage(HttpMethod.Get, batch.Links["overlay"]) { Headers = { Range = new(4, 7) } };
        using var bytes = await _service.Api.SendAsync(part, Cancel);
        Assert.Equal((HttpStatusCode.PartialContent, "ftyp"), (bytes.StatusCode, await bytes.Content.ReadAsStringAsync(Cancel)));
        Assert.Equal((64, 48), Photos.Decode(await _service.GetAsync(batch.Links["poster"])) is var poster ? (poster.Width, poster.Height) : default);

        // The video has served and is gone; what is another's is nobody else's.
        Assert.Equal(4, (await BlobsAsync(Containers.Clips)).Count(name => name.StartsWith($"{batch.Id}/frames/", StringComparison.Ordinal)));
        Assert.DoesNotContain(await BlobsAsync(Containers.Clips), name => name.EndsWith("/video", StringComparison.Ordinal) || name.EndsWith("/track", StringComparison.Ordinal));
        using var other = await _service.As("another").GetAsync(new Uri(batch.Links["overlay"], UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
    }

    [Fact]
    public async Task A_dropped_video_stays_and_its_folder_says_which_frames()
    {
        await DropAsync("mon/drive.mov", await MakeAsync("drive.mov", "color=red:s=32x32:r=5", 2));
        await DropAsync("mon/drive.gpx", Gpx(12));
        await DropAsync("mon/batch.json", """{"clip":{"file":"drive.mov","gpx":"drive.gpx","every":1,"frames":1,"start":"2026-03-01T12:00:00Z"}}"""u8.ToArray());

        var begun = await Eventually.GetAsync(async () => (await Client.ListBatchesAsync(Cancel).ToListAsync(Cancel)).SingleOrDefault(), "the batch of a drop");
        var batch = await Client.WaitForBatchAsync(begun!.Id, cancel: Cancel);

        Assert.Equal((BatchState.Completed, 1, ClipContainer.Mov), (batch.State, batch.Total, batch.Clip!.Facts.Container));
        Assert.Equal(ClipFindingKind.GoesOn, Assert.Single(batch.Clip.Findings).Kind);
        Assert.NotNull(Assert.Single((await Client.GetTimelineAsync(batch.Id, Cancel)).Frames).Captured!.Position);
        Assert.Contains("mon/drive.mov", await BlobsAsync(Containers.Batches));
    }

    [Fact]
    public async Task Without_location_no_position_is_kept_and_neither_video_nor_track()
    {
        await DropAsync("w/v.mp4", await MakeAsync("v.mp4", "color=red:s=32x32:r=5", 1));
        await DropAsync("w/v.gpx", Gpx(12));
        var request = new BatchRequest(Clip: new ClipRequest(File: "w/v.mp4", Gpx: "w/v.gpx", Start: "2026-03-01T12:00:00Z"), Privacy: JobPrivacy.NoLocation);

        var batch = await Client.WaitForBatchAsync((await Client.StartBatchAsync(request, cancel: Cancel)).Id, cancel: Cancel);

        var frame = Assert.Single((await Client.GetTimelineAsync(batch.Id, Cancel)).Frames);
        Assert.Equal(("succeeded", "2026-03-01T12:00:00.000", null), (frame.State, frame.Captured!.LocalTime, frame.Captured.Position));
        Assert.Empty(await BlobsAsync(Containers.Batches));
    }

    [Theory]
    [InlineData("garbage", "clip-container-unsupported")]
    [InlineData("cut", "clip-unreadable")]
    [InlineData("other day", "gpx-does-not-overlap")]
    [InlineData("no start", "clip-start-unknown")]
    [InlineData("bad track", "gpx-unreadable")]
    public async Task What_is_no_video_or_no_track_of_it_fails_the_batch_and_leaves_nothing(string what, string code)
    {
        var video = await MakeAsync("v.mp4", "color=red:s=32x32:r=5", 1);
        var asked = what switch
        {
            "garbage" => await StartAsync("PK\u0003\u0004 is no video"u8.ToArray()),
            "cut" => await StartAsync(video[..(video.Length / 2)]),
            "other day" => await StartAsync(video, new ClipRequest(Start: "2026-03-02T12:00:00Z"), Gpx(12)),
            "no start" => await StartAsync(video, null, Gpx(12)),
            _ => await StartAsync(video, new ClipRequest(Start: "2026-03-01T12:00:00Z"), "<gpx"u8.ToArray()),
        };

        var batch = await Client.WaitForBatchAsync(asked.Id, cancel: Cancel);

        Assert.Equal((BatchState.Failed, code), (batch.State, batch.Failure!.Code));

        // What another start or track mends needs the video once more: it was deleted, and a gigabyte had to be sent again.
        var kept = what is "garbage" or "cut" ? 0 : 2;
        await Eventually.TrueAsync(async () => (await BlobsAsync(Containers.Clips)).Count == kept, $"{kept} files are left of the video");
        using var timeline = await _service.SendAsync(HttpMethod.Get, $"/v1/batches/{batch.Id}/timeline");
        Assert.Equal(HttpStatusCode.Conflict, timeline.StatusCode);
    }

    [Theory]
    [InlineData("""{"clip":{}}""", "request-invalid")]
    [InlineData("""{"clip":{"key":"MINE"}}""", "clip-missing")]
    [InlineData("""{"clip":{"key":"OTHERS"}}""", "request-invalid")]
    [InlineData("""{"clip":{"key":"MINE","every":0.05}}""", "request-invalid")]
    [InlineData("""{"clip":{"key":"MINE","frames":3001}}""", "request-invalid")]
    [InlineData("""{"clip":{"key":"MINE","start":"noon"}}""", "request-invalid")]
    [InlineData("""{"clip":{"key":"MINE","gpx":"a.gpx"}}""", "request-invalid")]
    [InlineData("""{"clip":{"file":"no/video.mp4"}}""", "clip-missing")]
    [InlineData("""{"clip":{"file":"a/../b"}}""", "request-invalid")]
    [InlineData("""{"clip":{"file":"big.mp4"}}""", "clip-too-large")]
    [InlineData("""{"clip":{"file":"small.mp4","gpx":"no.gpx"}}""", "clip-missing")]
    [InlineData("""{"clip":{"file":"small.mp4"},"prefix":"a/"}""", "request-invalid")]
    public async Task What_cannot_be_a_clip_is_refused_before_anything_is_begun(string body, string code)
    {
        await DropAsync("big.mp4", new byte[2_000_001]);
        await DropAsync("small.mp4", new byte[10]);
        body = body.Replace("MINE", $"{(await Client.IssueClipKeyAsync(Cancel)).Key}", StringComparison.Ordinal)
            .Replace("OTHERS", $"{WorkId.New(TimeProvider.System, "another")}", StringComparison.Ordinal);
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await _service.Api.PostAsync(new Uri("/v1/batches", UriKind.Relative), content, Cancel);

        Assert.Equal(code, JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel)).RootElement.GetProperty("code").GetString());
        Assert.Empty(await BlobsAsync(Containers.BatchesActive));
    }

    [Fact]
    public async Task An_erased_frame_leaves_the_timeline_and_takes_the_overlay_with_it_which_a_retry_makes_anew()
    {
        var asked = await StartAsync(await MakeAsync("v.mp4", "color=red:s=32x32:r=5", 3));
        var batch = await Client.WaitForBatchAsync(asked.Id, cancel: Cancel);
        var frames = (await Client.GetTimelineAsync(batch.Id, Cancel)).Frames;

        await Client.EraseAsync(frames[1].Job!.Value, Cancel);

        Assert.Equal([0, 2], (await Client.GetTimelineAsync(batch.Id, Cancel)).Frames.Select(frame => frame.Index));
        Assert.DoesNotContain("overlay", (await Client.GetBatchAsync(batch.Id, Cancel)).Links.Keys);
        Assert.DoesNotContain(await BlobsAsync(Containers.BatchRuns), name => name.EndsWith(".mp4", StringComparison.Ordinal) || name.EndsWith(".jpg", StringComparison.Ordinal));
        using (var gone = await _service.SendAsync(HttpMethod.Get, $"/v1/batches/{batch.Id}/overlay"))
            Assert.Equal(HttpStatusCode.Gone, gone.StatusCode);

        await Client.RetryBatchAsync(batch.Id, Cancel);
        batch = await Client.WaitForBatchAsync(batch.Id, cancel: Cancel);
        Assert.Equal((1, 2), (batch.Clip!.Overlay!.Round, batch.Clip.Overlay.Frames));

        // One that a retry replaced showed what was erased after it.
        await Client.RetryBatchAsync(batch.Id, Cancel);
        batch = await Client.WaitForBatchAsync(batch.Id, cancel: Cancel);
        Assert.Equal(2, batch.Clip!.Overlay!.Round);
        Assert.Single(await BlobsAsync(Containers.BatchRuns), name => name.EndsWith(".mp4", StringComparison.Ordinal));
    }

    /// <summary>The video is gone once its frames are stored: the same request was told that none had been uploaded.</summary>
    [Fact]
    public async Task A_request_that_is_repeated_with_its_key_gets_its_batch_whatever_became_of_the_video()
    {
        var asked = await StartAsync(await MakeAsync("v.mp4", "color=red:s=32x32:r=5", 1));
        await Client.WaitForBatchAsync(asked.Id, cancel: Cancel);
        var request = new BatchRequest(Clip: new ClipRequest { Key = asked.Source.Clip!.Key });

        var again = await Client.StartBatchAsync(request, $"{asked.Source.Clip.Key}", Cancel);

        Assert.Equal((asked.Id, BatchState.Completed), (again.Id, again.State));
    }

    [Fact]
    public async Task A_batch_of_photos_has_no_timeline()
    {
        await DropAsync("p/a.png", TinyPackages.RedPhoto());
        var batch = await Client.WaitForBatchAsync((await Client.StartBatchAsync(new BatchRequest(Prefix: "p/"), cancel: Cancel)).Id, cancel: Cancel);

        using var refused = await _service.SendAsync(HttpMethod.Get, $"/v1/batches/{batch.Id}/timeline");

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.DoesNotContain("timeline", batch.Links.Keys);
    }

    [Fact]
    public async Task The_client_refuses_a_video_that_is_too_large_before_it_is_sent()
    {
        using var video = new MemoryStream(new byte[2_000_001]);

        var refused = await Assert.ThrowsAsync<RoadSegApiException>(() => Client.StartClipAsync(video, cancel: Cancel));

        Assert.Equal("clip-too-large", refused.Code);
        Assert.Empty(await BlobsAsync(Containers.Clips));
    }

    private async Task<BatchView> StartAsync(byte[] video, ClipRequest? clip = null, byte[]? track = null)
    {
        using var content = new MemoryStream(video);
        using var beside = track is null ? null : new MemoryStream(track);
        return await Client.StartClipAsync(content, clip, null, beside, cancel: Cancel);
    }

    private async Task<byte[]> MakeAsync(string name, string source, double seconds) =>
        await File.ReadAllBytesAsync(await Ffmpeg.MakeAsync(_folder, name, source, seconds, H264), Cancel);

    // North along a meridian, a point a second: 0.0001 degrees each.
    private static byte[] Gpx(int hour)
    {
        var points = Enumerable.Range(0, 5).Select(second => FormattableString.Invariant($"<trkpt lat=\"{47 + (second * 0.0001)}\" lon=\"8\"><time>2026-03-01T{hour}:00:0{second}Z</time></trkpt>"));
        return Encoding.UTF8.GetBytes($"<gpx xmlns=\"http://www.topografix.com/GPX/1/1\" version=\"1.1\" creator=\"t\"><trk><trkseg>{string.Concat(points)}</trkseg></trk></gpx>");
    }

    private async Task<string> SaveAsync(string name, Stream content)
    {
        await using var file = File.Create(_folder[name]);
        await using (content)
            await content.CopyToAsync(file, Cancel);
        return _folder[name];
    }

    private async Task DropAsync(string path, byte[] content) => await _service.Blobs.GetBlobContainerClient(Containers.Batches).GetBlobClient(path).UploadAsync(BinaryData.FromBytes(content), overwrite: true, Cancel);

    private async Task<List<string>> BlobsAsync(string container) =>
        (await _service.Blobs.GetBlobContainerClient(container).GetBlobsAsync(BlobTraits.None, BlobStates.None, null, Cancel).ToListAsync(Cancel)).ConvertAll(blob => blob.Name);
}
