using RoadSeg.Batches;
using RoadSeg.Clips;
using RoadSeg.Functions.Api;
using RoadSeg.Functions.Uploads;
using RoadSeg.Functions.Work;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Clips;

/// <summary>POST /v1/clips: addresses to upload a video to.</summary>
internal static class ClipEndpoints
{
    public static void MapClips(this IEndpointRouteBuilder app) => app.MapPost("/v1/clips", IssueAsync).DescribeIssueClipKey();

    private static async Task<IResult> IssueAsync(
        HttpContext context,
        CallerKeys callers,
        UploadKeys sas,
        ClipSettings settings,
        WorkOptions options,
        TimeProvider time
    )
    {
        // Before a gigabyte is sent in vain.
        FfmpegTools.Find(settings.Ffmpeg);
        var key = WorkId.New(time, callers.Of(context.Request));
        var upload = new JobUpload(time.GetUtcNow() + options.UploadResumable, Resumable: true);
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Json(
            new ClipTicket(
                key,
                "PUT",
                await sas.IssueAsync(Containers.Clips, BlobPaths.ClipVideo(key), upload, context.RequestAborted),
                await sas.IssueAsync(Containers.Clips, BlobPaths.ClipTrack(key), upload, context.RequestAborted),
                new Dictionary<string, string> { ["x-ms-blob-type"] = "BlockBlob" },
                upload.ExpiresAt,
                settings.MaxBytes
            ),
            BatchJson.Plain.ClipTicket
        );
    }
}
