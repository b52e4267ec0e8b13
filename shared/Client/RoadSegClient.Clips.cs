using System.Net;
using RoadSeg.Batches;
using RoadSeg.Clips;
using RoadSeg.Errors;
using RoadSeg.Work;

namespace RoadSeg.Client;

public sealed partial class RoadSegClient
{
    /// <summary>Gets addresses to upload a video to, and a track of the same drive.</summary>
    public Task<ClipTicket> IssueClipKeyAsync(CancellationToken cancel = default) =>
        _calls.ReadAsync(HttpMethod.Post, "v1/clips", BatchJson.Default.ClipTicket, null, cancel);

    /// <summary>Uploads a video, and a track if there is one.</summary>
    /// <param name="video">MP4, MOV, WebM or MKV; seekable. Remains the caller's.</param>
    /// <param name="track">GPX, seekable; null where there is none. Remains the caller's.</param>
    /// <param name="progress">Called with the number of the video's bytes sent.</param>
    /// <param name="cancel">Stops; a video whose batch is not begun is deleted after some days.</param>
    /// <returns>Its key, for <see cref="ClipRequest.Key"/>.</returns>
    /// <exception cref="RoadSegApiException"><c>clip-too-large</c>, before anything is sent; <c>clip-tools-missing</c>.</exception>
    public async Task<WorkId> UploadClipAsync(
        Stream video,
        Stream? track = null,
        IProgress<long>? progress = null,
        CancellationToken cancel = default
    )
    {
        Check(video);
        if (track is not null)
            Check(track);
        var ticket = await IssueClipKeyAsync(cancel);
        if (video.Length - video.Position > ticket.MaxBytes)
            throw new RoadSegApiException(
                HttpStatusCode.RequestEntityTooLarge,
                ErrorCodes.ClipTooLarge.Code,
                $"The video has {video.Length - video.Position} bytes; at most {ticket.MaxBytes} are taken."
            );
        if (track is not null)
            await PutAsync(ticket.Track, ticket.Headers, track, mayBeThere: false, null, cancel);
        await PutAsync(ticket.Video, ticket.Headers, video, mayBeThere: false, progress, cancel);
        return ticket.Key;
    }

    /// <summary>Uploads a video, and a track if there is one, and makes a batch of its frames.</summary>
    /// <param name="video">MP4, MOV, WebM or MKV; seekable. Remains the caller's.</param>
    /// <param name="clip">Which frames; its key is set here.</param>
    /// <param name="about">What is said of the frames' jobs; its photos are set here.</param>
    /// <param name="track">GPX, seekable; null where there is none. Remains the caller's.</param>
    /// <param name="progress">Called with the number of the video's bytes sent.</param>
    /// <param name="cancel">Stops; a video whose batch was not begun is deleted after some days.</param>
    /// <returns>The batch.</returns>
    /// <exception cref="RoadSegApiException">As for <see cref="UploadClipAsync"/> and <see cref="StartBatchAsync"/>.</exception>
    public async Task<BatchView> StartClipAsync(
        Stream video,
        ClipRequest? clip = null,
        BatchRequest? about = null,
        Stream? track = null,
        IProgress<long>? progress = null,
        CancellationToken cancel = default
    )
    {
        var key = await UploadClipAsync(video, track, progress, cancel);
        var request = (about ?? new BatchRequest()) with { Clip = (clip ?? new ClipRequest()) with { Key = key } };
        return await StartBatchAsync(request, key.ToString(), cancel);
    }

    /// <summary>What was seen along a video, as far as its frames have ended.</summary>
    /// <param name="id">A batch of frames of a video, from when they were taken.</param>
    /// <param name="cancel">Gives up.</param>
    public Task<Timeline> GetTimelineAsync(WorkId id, CancellationToken cancel = default) =>
        _calls.ReadAsync(HttpMethod.Get, $"{BatchPath(id)}/timeline", TimelineJson.Default.Timeline, null, cancel);

    /// <summary>The same as a table (CSV). Dispose it.</summary>
    public Task<Stream> OpenTimelineTableAsync(WorkId id, CancellationToken cancel = default) =>
        _calls.OpenAsync($"{BatchPath(id)}/timeline?format=csv", cancel);

    /// <summary>The video of the classes over the frames (MP4), of a batch that is completed. Dispose it.</summary>
    public Task<Stream> OpenClipOverlayAsync(WorkId id, CancellationToken cancel = default) =>
        _calls.OpenAsync($"{BatchPath(id)}/overlay", cancel);

    /// <summary>The first picture of that video (JPEG). Dispose it.</summary>
    public Task<Stream> OpenClipPosterAsync(WorkId id, CancellationToken cancel = default) =>
        _calls.OpenAsync($"{BatchPath(id)}/poster", cancel);
}
