using System.Globalization;
using Azure.Storage.Blobs;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using RoadSeg.Errors;
using RoadSeg.Functions.Uploads;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Results;

/// <summary>Results of a succeeded job. A result never changes, so every answer may be cached for good and ranged.</summary>
internal static class ResultEndpoints
{
    private const double DefaultOpacity = 0.5;
    private const int OverlayQuality = 88;

    public static void MapResults(this WebApplication app)
    {
        var job = app.MapGroup("/v1/jobs/{id}");
        job.MapGet("/mask", (string id, HttpContext context, ResultReader results) => StoredAsync(id, ResultFiles.Mask, "image/png", context, results));
        job.MapGet("/summary", (string id, HttpContext context, ResultReader results) => StoredAsync(id, ResultFiles.Summary, "application/json", context, results));
        job.MapGet("/color", ColorAsync);
        job.MapGet("/overlay", OverlayAsync);
    }

    private static async Task<IResult> StoredAsync(string id, string file, string contentType, HttpContext context, ResultReader results)
    {
        var job = await results.SucceededAsync(id, context.Request);
        return Immutable(context, job, file, await results.ReadAsync(job, file, context.RequestAborted), contentType);
    }

    private static async Task<IResult> ColorAsync(string id, HttpContext context, ResultReader results)
    {
        var job = await results.SucceededAsync(id, context.Request);
        var mask = await results.MaskAsync(job, context.RequestAborted);
        return Immutable(context, job, "color", ColorMask.Png(mask), "image/png");
    }

    private static async Task<IResult> OverlayAsync(
        string id, string? opacity, string? format, HttpContext context, ResultReader results, BlobServiceClient blobs, ImageLimits limits)
    {
        var weight = Opacity(opacity);
        if (format is not (null or "jpeg" or "webp"))
            throw new RoadSegException(ErrorCodes.RequestInvalid, "The parameter 'format' is 'jpeg' or 'webp'.");
        var job = await results.SucceededAsync(id, context.Request);
        var mask = await results.MaskAsync(job, context.RequestAborted);
        var file = await UploadReader.ReadAsync(blobs, job.Source, limits, context.RequestAborted);
        var blended = Overlay.Blend(ImageDecoder.Decode(file, ImageProbe.Read(file, limits)), mask, weight);
        var tag = string.Create(CultureInfo.InvariantCulture, $"overlay-{weight}-{format}");
        return format == "webp"
            ? Immutable(context, job, tag, PhotoEncoder.WebP(blended, OverlayQuality), "image/webp")
            : Immutable(context, job, tag, PhotoEncoder.Jpeg(blended, OverlayQuality), "image/jpeg");
    }

    private static double Opacity(string? text)
    {
        if (text is null)
            return DefaultOpacity;
        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value is >= 0 and <= 1
            ? value
            : throw new RoadSegException(ErrorCodes.RequestInvalid, "The parameter 'opacity' is a number from 0 (photo) to 1 (classes).");
    }

    private static FileContentHttpResult Immutable(HttpContext context, JobRecord job, string part, ReadOnlyMemory<byte> content, string contentType)
    {
        context.Response.Headers.CacheControl = "private, max-age=31536000, immutable";
        return TypedResults.Bytes(
            content, contentType, entityTag: new EntityTagHeaderValue($"\"{job.Id}-{job.Result!.Attempt}-{part}\""), enableRangeProcessing: true);
    }
}
