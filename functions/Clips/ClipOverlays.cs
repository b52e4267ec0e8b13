using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using RoadSeg.Batches;
using RoadSeg.Clips;
using RoadSeg.Errors;
using RoadSeg.Functions.Results;
using RoadSeg.Functions.Storage;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Clips;

/// <summary>Makes the video of the classes over the frames of a clip, and its poster. Done again it stores the same.</summary>
internal sealed class ClipOverlays(
    BlobServiceClient blobs,
    ResultReader results,
    ClipTurn turns,
    ClipSettings settings,
    ImageLimits photos,
    TimeProvider time,
    ILogger<ClipOverlays> log
)
{
    // Pictures that are made while the encoder takes the one before.
    private const int Ahead = 2;

    // The host ends a function after ten minutes.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(8);

    private readonly BlobContainerClient _runs = blobs.GetBlobContainerClient(Containers.BatchRuns);

    /// <summary>File of the video.</summary>
    public static string VideoFile(ClipOverlay overlay) => $"{BlobPaths.ClipFiles}{overlay.Round}/overlay.mp4";

    /// <summary>File of its first picture.</summary>
    public static string PosterFile(ClipOverlay overlay) => $"{BlobPaths.ClipFiles}{overlay.Round}/poster.jpg";

    /// <summary>Makes both. Whatever keeps them from being made is no failure of the batch, whose frames have their results.</summary>
    /// <param name="batch">The batch, whose frames were taken.</param>
    /// <param name="frames">The frames that have a result, with when they are shown, in that order.</param>
    /// <param name="cancel">Ends the encoder; nothing is stored.</param>
    /// <returns>What is known of the video then; null while another video is worked on here.</returns>
    public async Task<BatchClip?> MakeAsync(
        BatchRecord batch,
        IAsyncEnumerable<(double Seconds, JobRecord Job)> frames,
        CancellationToken cancel
    )
    {
        using var turn = turns.TryTake();
        if (turn is null)
            return null;
        var clip = batch.Clip!;
        List<ClipFinding> findings = [.. clip.Findings.Where(static finding => finding.Kind != ClipFindingKind.WithoutOverlay)];
        using var over = new CancellationTokenSource(Longest, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel, over.Token);
        using var folder = new ClipFolder(time);
        var file = folder["overlay.mp4"];
        var (overlay, poster) = (new ClipOverlay(batch.Round, 0, 0), default(RgbImage));
        try
        {
            (overlay, poster) = await MakeAsync(batch, frames, file, stop.Token);
        }
        catch (Exception e) when (e is RoadSegException or IOException || (over.IsCancellationRequested && !cancel.IsCancellationRequested))
        {
            Log.OverlayNotMade(log, batch.Id, e);
            var why = e is RoadSegException known ? known.Message : "It took longer than it may, or the disk is full.";
            findings.Add(new ClipFinding(ClipFindingKind.WithoutOverlay, $"No video of the overlays could be made. {why}"));
        }

        if (poster is not null)
            await StoreAsync(batch, overlay, file, poster, cancel);
        return clip with { Findings = findings, Overlay = overlay };
    }

    // Without a poster where there is no frame to show.
    private async Task<(ClipOverlay Overlay, RgbImage? Poster)> MakeAsync(
        BatchRecord batch,
        IAsyncEnumerable<(double Seconds, JobRecord Job)> frames,
        string file,
        CancellationToken cancel
    )
    {
        var (facts, options) = (batch.Clip!.Facts, batch.Source.Clip!.Options(settings.Limits(photos)));
        var (width, height) = OverlayVideo.Size(facts.Width, facts.Height);
        var tools = FfmpegTools.Find(settings.Ffmpeg);
        await using var video = await OverlayVideo.BeginAsync(file, width, height, tools, options, time, cancel);
        var (ahead, count, poster) = (new Queue<(double Seconds, Task<RgbImage?> Picture)>(), 0, default(RgbImage));
        await foreach (var (seconds, job) in frames.WithCancellation(cancel))
        {
            ahead.Enqueue((seconds, PictureAsync(job, cancel)));
            if (ahead.Count > Ahead)
                await AddAsync();
        }

        while (ahead.Count > 0)
            await AddAsync();
        if (poster is null)
            return (new ClipOverlay(batch.Round, 0, 0), null);
        await video.EndAsync(options.Every, cancel);
        return (new ClipOverlay(batch.Round, new FileInfo(file).Length, count), poster);

        // The first one is shown from the start, so that the times of both videos are the same.
        async Task AddAsync()
        {
            var (seconds, made) = ahead.Dequeue();
            if (await made is not { } next)
                return;
            await video.AddAsync(count == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(seconds), next, cancel);
            poster ??= next;
            count++;
        }
    }

    // Null for a frame that was erased, or is kept no more.
    private async Task<RgbImage?> PictureAsync(JobRecord job, CancellationToken cancel)
    {
        try
        {
            return await results.WorkAsync(
                job,
                MadeResults.OverlayHolds,
                async (mask, stop) =>
                {
                    var file = await UploadReader.ReadShownAsync(blobs, job, photos, stop);
                    return OverlayVideo.Picture(ImageDecoder.Decode(file, ImageProbe.Read(file, photos)), mask);
                },
                cancel
            );
        }
        catch (RoadSegException e) when (e.Code == ErrorCodes.ResultGone || e.Code == ErrorCodes.UploadMissing)
        {
            return null;
        }
    }

    private async Task StoreAsync(BatchRecord batch, ClipOverlay overlay, string file, RgbImage poster, CancellationToken cancel)
    {
        await using (var content = File.OpenRead(file))
            await StoreAsync(batch, VideoFile(overlay), content, "video/mp4", cancel);
        using var picture = new MemoryStream(PhotoEncoder.Jpeg(poster));
        await StoreAsync(batch, PosterFile(overlay), picture, "image/jpeg", cancel);
    }

    private async Task StoreAsync(BatchRecord batch, string file, Stream content, string type, CancellationToken cancel) =>
        await _runs
            .GetBlobClient(BlobPaths.BatchFile(batch.Id, file))
            .UploadAsync(content, new BlobUploadOptions { HttpHeaders = new BlobHttpHeaders { ContentType = type } }, cancel);
}
