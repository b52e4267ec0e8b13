using System.Collections.Concurrent;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using RoadSeg.Batches;
using RoadSeg.Clips;
using RoadSeg.Errors;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Clips;

/// <summary>Takes the frames of a video and stores them as photos. Done again it stores the same frames under the same names.</summary>
internal sealed class ClipFrames(BlobServiceClient blobs, ClipTurn turns, ClipSettings settings, ImageLimits photos, TimeProvider time)
{
    private const int Quality = 92;

    // Frames that are encoded and stored at once; of large ones a single one, since each is held in memory.
    private const int AtOnce = 4;
    private const long LargePixels = 8_000_000;

    // The host ends a function after ten minutes.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(8);

    private readonly BlobContainerClient _frames = blobs.GetBlobContainerClient(Containers.Clips);

    /// <summary>Refuses a video that is not there, or too large, or cannot be read here, before anything is begun.</summary>
    /// <exception cref="RoadSegException">clip-missing, clip-too-large or clip-tools-missing.</exception>
    public async Task RequireAsync(ClipSource clip, CancellationToken cancel)
    {
        FfmpegTools.Find(settings.Ffmpeg);
        var bytes = await BytesAsync(clip.Video, cancel) ?? throw Missing(clip);
        if (bytes > settings.MaxBytes)
            throw TooLarge(bytes);
        if (clip.Gpx is not null && await BytesAsync(clip.Track!, cancel) is null)
            throw MissingTrack(clip.Gpx);
    }

    /// <summary>Takes the frames.</summary>
    /// <param name="batch">The batch, under which they are stored.</param>
    /// <param name="clip">The video.</param>
    /// <param name="location">False to look at no track.</param>
    /// <param name="cancel">Ends the reading; what is stored stays until it is stored again or deleted.</param>
    /// <returns>Null while another video is worked on here.</returns>
    /// <exception cref="RoadSegException">What <see cref="ClipProbe"/>, <see cref="FrameExtractor"/>, <see cref="GpxTrack"/> and
    /// <see cref="ClipCapture"/> refuse; clip-missing; clip-tools-missing.</exception>
    public async Task<(IReadOnlyList<BatchItem> Items, BatchClip Clip)?> TakeAsync(
        WorkId batch,
        ClipSource clip,
        bool location,
        CancellationToken cancel
    )
    {
        var tools = FfmpegTools.Find(settings.Ffmpeg);
        using var turn = turns.TryTake();
        if (turn is null)
            return null;
        using var over = new CancellationTokenSource(Longest, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel, over.Token);
        using var folder = new ClipFolder(time);
        try
        {
            var video = folder["video"];
            await DownloadAsync(clip, video, stop.Token);
            return await TakeAsync(batch, clip, video, tools, location, stop.Token);
        }
        catch (OperationCanceledException e) when (over.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            throw new RoadSegException(
                ErrorCodes.ClipTookTooLong,
                "The video took more time than it may. Send a shorter one, fewer frames, or fewer pixels a frame.",
                e
            );
        }
    }

    private async Task<(IReadOnlyList<BatchItem> Items, BatchClip Clip)> TakeAsync(
        WorkId batch,
        ClipSource clip,
        string video,
        FfmpegTools tools,
        bool location,
        CancellationToken cancel
    )
    {
        var options = clip.Options(settings.Limits(photos));
        var facts = await ClipProbe.ReadAsync(video, tools, options, time, cancel);
        var capture = new ClipCapture(clip.Start ?? facts.Start, location ? await TrackAsync(clip, cancel) : null, options);
        var extractor = new FrameExtractor(video, facts, tools, options, time);
        var stored = new ConcurrentDictionary<int, BatchItem>();
        var large = (long)facts.Width * facts.Height > LargePixels;
        await Parallel.ForEachAsync(
            extractor.ReadAsync(cancel),
            new ParallelOptions { MaxDegreeOfParallelism = large ? 1 : AtOnce, CancellationToken = cancel },
            async (frame, stop) =>
            {
                var source = await StoreAsync(batch, frame, stop);
                stored[frame.Index] = new BatchItem(source, null, frame.At.TotalSeconds, capture.Of(frame.At));
            }
        );
        var items = Enumerable.Range(0, stored.Count).Select(index => stored[index]).ToList();
        var without = capture.Conclude([.. items.Select(static item => item.Captured)]);
        return (items, new BatchClip(facts, [.. extractor.Findings, .. without is null ? (ClipFinding[])[] : [without]]));
    }

    private async Task<JobSource> StoreAsync(WorkId batch, ClipFrame frame, CancellationToken cancel)
    {
        var path = BlobPaths.ClipFrame(batch, frame.Index);
        var upload = new BlobUploadOptions { HttpHeaders = new BlobHttpHeaders { ContentType = "image/jpeg" } };
        var file = PhotoEncoder.Jpeg(frame.Image, Quality);
        var stored = (await _frames.GetBlobClient(path).UploadAsync(BinaryData.FromBytes(file), upload, cancel)).Value;
        return new JobSource(Containers.Clips, path, stored.ETag.ToString().Trim('"'), path[(path.LastIndexOf('/') + 1)..]);
    }

    private async Task DownloadAsync(ClipSource clip, string to, CancellationToken cancel)
    {
        var blob = BlobOf(clip.Video);
        try
        {
            var found = (await blob.GetPropertiesAsync(cancellationToken: cancel)).Value;
            if (found.ContentLength > settings.MaxBytes)
                throw TooLarge(found.ContentLength);
            var version = new BlobDownloadToOptions { Conditions = new BlobRequestConditions { IfMatch = found.ETag } };
            await blob.DownloadToAsync(to, version, cancel);
        }
        catch (RequestFailedException e) when (e.Status is 404 or 412)
        {
            throw Missing(clip, e);
        }
    }

    // Beside an uploaded video there may be a track or not; one that was named was there.
    private async Task<GpxTrack?> TrackAsync(ClipSource clip, CancellationToken cancel)
    {
        if (clip.Track is not { } track)
            return null;
        try
        {
            await using var file = await BlobOf(track).OpenReadAsync(cancellationToken: cancel);
            return await GpxTrack.ReadAsync(file, cancel);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return clip.Gpx is null ? null : throw MissingTrack(clip.Gpx, e);
        }
    }

    private async Task<long?> BytesAsync(JobSource file, CancellationToken cancel)
    {
        try
        {
            return (await BlobOf(file).GetPropertiesAsync(cancellationToken: cancel)).Value.ContentLength;
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    private BlobClient BlobOf(JobSource file) => blobs.GetBlobContainerClient(file.Container).GetBlobClient(file.Path);

    private RoadSegException TooLarge(long bytes) =>
        new(
            ErrorCodes.ClipTooLarge,
            $"The video has {bytes} bytes; at most {settings.MaxBytes} are taken. Save it with fewer pixels, or cut it into parts."
        );

    private static RoadSegException MissingTrack(string gpx, Exception? inner = null) =>
        new(ErrorCodes.ClipMissing, $"No track lies at '{gpx}'. Upload it, or leave 'clip.gpx' out.", inner);

    private static RoadSegException Missing(ClipSource clip, Exception? inner = null) =>
        new(
            ErrorCodes.ClipMissing,
            clip.Key is { } key
                ? $"No video was uploaded by the key {key}. PUT it to the address that POST /v1/clips gave, and ask again."
                : $"No video lies at '{clip.File}' in container '{Containers.Batches}'. Upload it, and ask again.",
            inner
        );
}
