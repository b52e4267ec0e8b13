using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Microsoft.Net.Http.Headers;
using RoadSeg.Batches;
using RoadSeg.Clips;
using RoadSeg.Errors;
using RoadSeg.Functions.Api;
using RoadSeg.Functions.Api.Descriptions;
using RoadSeg.Functions.Clips;
using RoadSeg.Functions.Storage;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Batches;

/// <summary>What is made of a video: timeline, video of the overlays, poster.</summary>
internal static class BatchClipEndpoints
{
    public static void MapBatchClips(this IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/batches/{id}/timeline", TimelineAsync).DescribeGetTimeline();

        // HEAD answers like GET and is not described beside it.
        app.MapMethods("/v1/batches/{id}/overlay", [HttpMethods.Head], OverlayAsync).ExcludeFromDescription();
        app.MapGet("/v1/batches/{id}/overlay", OverlayAsync).AnswersInRanges().DescribeGetClipOverlay();
        app.MapMethods("/v1/batches/{id}/poster", [HttpMethods.Head], PosterAsync).ExcludeFromDescription();
        app.MapGet("/v1/batches/{id}/poster", PosterAsync).AnswersInRanges().DescribeGetClipPoster();
    }

    private static async Task<IResult> TimelineAsync(
        string id,
        string? format,
        HttpContext context,
        CallerKeys callers,
        BatchList batches,
        BatchTimelines timelines
    )
    {
        if (format is not (null or "json" or "csv"))
            throw new RoadSegException(ErrorCodes.RequestInvalid, "The parameter 'format' is 'json' or 'csv'.");
        var batch = await OfClipAsync(id, context, callers, batches);
        var timeline = await timelines.OfAsync(batch, context.RequestAborted);
        context.Response.Headers.CacheControl = "private, no-cache";
        if (format != "csv")
            return TypedResults.Json(timeline, TimelineJson.Plain.Timeline);
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"timeline-{batch.Id}.csv\"";
        return TypedResults.Bytes(TimelineCsv.Write(timeline), "text/csv; charset=utf-8");
    }

    private static Task<IResult> OverlayAsync(
        string id,
        HttpContext context,
        CallerKeys callers,
        BatchList batches,
        BlobServiceClient blobs
    ) => FileAsync(id, context, callers, batches, blobs, ClipOverlays.VideoFile, "video/mp4");

    private static Task<IResult> PosterAsync(
        string id,
        HttpContext context,
        CallerKeys callers,
        BatchList batches,
        BlobServiceClient blobs
    ) => FileAsync(id, context, callers, batches, blobs, ClipOverlays.PosterFile, "image/jpeg");

    private static async Task<IResult> FileAsync(
        string id,
        HttpContext context,
        CallerKeys callers,
        BatchList batches,
        BlobServiceClient blobs,
        Func<ClipOverlay, string> file,
        string type
    )
    {
        var cancel = context.RequestAborted;
        var batch = await OfClipAsync(id, context, callers, batches);
        if (batch.Clip?.Overlay is not { Bytes: > 0 } overlay)
            throw BatchRecord.HasEnded(batch.State)
                ? Gone(null)
                : new RoadSegException(
                    ErrorCodes.BatchNotEnded,
                    "The video of the overlays is made when all frames have ended; ask again when the batch is completed."
                );
        try
        {
            var blob = blobs.GetBlobContainerClient(Containers.BatchRuns).GetBlobClient(BlobPaths.BatchFile(batch.Id, file(overlay)));
            var stored = (await blob.GetPropertiesAsync(cancellationToken: cancel)).Value;
            context.Response.Headers.CacheControl = "private, no-cache";
            return TypedResults.Stream(
                new BlobContent(
                    blob,
                    stored.ContentLength,
                    stored.ETag,
                    BlobContent.EndOf(context.Request, stored.ContentLength)
                ),
                type,
                entityTag: new EntityTagHeaderValue(stored.ETag.ToString("H")),
                enableRangeProcessing: true
            );
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            throw Gone(e);
        }
    }

    private static async Task<BatchRecord> OfClipAsync(string id, HttpContext context, CallerKeys callers, BatchList batches)
    {
        var batch = (await batches.GetAsync(callers.Of(context.Request), id, context.RequestAborted)).Value;
        if (batch.Source.Clip is null)
            throw new RoadSegException(ErrorCodes.RequestInvalid, "The batch is of photos and not of a video: see its items.");
        if (batch.Clip is null)
            throw new RoadSegException(
                ErrorCodes.BatchNotEnded,
                BatchRecord.HasEnded(batch.State)
                    ? "The batch ended before frames were taken of its video. Ask for it again: POST /v1/batches."
                    : "The frames of the video are still being taken; ask again in a second."
            );
        return batch;
    }

    private static RoadSegException Gone(Exception? inner) =>
        new(
            ErrorCodes.ResultGone,
            "There is no video of the overlays: the batch was canceled, no frame succeeded, a frame was erased, or it was kept long "
                + "enough. What else is known stands in 'findings' of the timeline.",
            inner
        );
}
