using System.Globalization;
using System.Text.Json;
using Azure.Storage.Blobs;
using RoadSeg.Errors;
using RoadSeg.Functions.Api.Descriptions;
using RoadSeg.Functions.Storage;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Results;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Results;

/// <summary>Results of a succeeded job. Mask, confidence and summary are stored; the rest is made from them when asked for.</summary>
internal static class ResultEndpoints
{
    internal const int SmallestWidth = 32;
    internal const int LargestWidth = 2048;

    // Bytes for each of the photo's pixels that making it holds: mask and confidence, photo as decoded, turned and blended.
    private const int MaskHolds = 2,
        SummaryHolds = 2,
        ReducedHolds = 4;

    public static void MapResults(this IEndpointRouteBuilder app)
    {
        var job = app.MapGroup("/v1/jobs/{id}");
        job.MapMadeResult("/mask", MaskAsync).DescribeGetMask();
        job.MapMadeResult("/color", ColorAsync).DescribeGetColorMask();
        job.MapMadeResult("/overlay", OverlayAsync, ErrorCodes.UploadMissing).DescribeGetOverlay();
        job.MapResult("/confidence", ConfidenceAsync, ErrorCodes.ConfidenceUnavailable).DescribeGetConfidence();
        job.MapMadeResult("/summary", SummaryAsync).DescribeGetSummary();
        job.MapMadeResult("/polygons", PolygonsAsync, ErrorCodes.MaskTooComplex).DescribeGetPolygons();
    }

    // HEAD answers like GET and is not described beside it.
    private static RouteHandlerBuilder MapResult(this RouteGroupBuilder job, string path, Delegate handler, params ErrorCode[] failures)
    {
        job.MapMethods(path, [HttpMethods.Head], handler).ExcludeFromDescription();
        return job.MapGet(path, handler)
            .AnswersInRanges()
            .Fails([ErrorCodes.RequestInvalid, ErrorCodes.JobNotFound, ErrorCodes.ResultNotReady, ErrorCodes.ResultGone, .. failures]);
    }

    // Of what minConfidence takes part in.
    private static RouteHandlerBuilder MapMadeResult(
        this RouteGroupBuilder job,
        string path,
        Delegate handler,
        params ErrorCode[] failures
    ) =>
        job.MapResult(
                path,
                handler,
                [
                    ErrorCodes.TooManyRequests,
                    ErrorCodes.ConfidenceUnavailable,
                    ErrorCodes.ModelNotFound,
                    ErrorCodes.ModelInvalid,
                    .. failures,
                ]
            )
            .TakesMinConfidence();

    private static async Task<IResult> MaskAsync(
        string id,
        string[]? minConfidence,
        HttpContext context,
        ResultReader results,
        SureMasks sure
    )
    {
        var least = MinConfidence.Read(minConfidence);
        var job = await results.SucceededAsync(id, context.Request);
        return least is null
            ? await context.KeptAsync(job, "mask", "image/png", ResultFiles.Mask, results)
            : await context.MadeAsync(
                job,
                "mask",
                "image/png",
                least,
                MaskHolds,
                async (mask, stop) =>
                {
                    var (left, summary) = await sure.WithSummaryAsync(job, mask, least, stop);
                    return MaskPng.Encode(left.Ids, left.Width, left.Height, summary.Catalogue());
                },
                results,
                sure
            );
    }

    // A part of the result's file, as it is kept.
    private static Task<IResult> KeptAsync(
        this HttpContext context,
        JobRecord job,
        string part,
        string contentType,
        string file,
        ResultReader results
    ) =>
        context.ImmutableAsync(
            job,
            part,
            contentType,
            () => results.LengthAsync(job, file, context.RequestAborted),
            () => results.OpenAsync(job, file, context.Request)
        );

    // A result that is made of the mask when it is asked for, as far as the model was sure enough of it.
    private static Task<IResult> MadeAsync(
        this HttpContext context,
        JobRecord job,
        string part,
        string contentType,
        MinConfidence? least,
        int bytesPerPixel,
        Func<IndexedImage, CancellationToken, Task<byte[]>> make,
        ResultReader results,
        SureMasks sure,
        Func<Task>? require = null
    )
    {
        var whole = least is null ? part : $"{part}-{least.Tag}";
        return context.ImmutableAsync(job, whole, contentType, LookAsync, () =>
            results.MakeAsync(job, whole, bytesPerPixel, make, context.RequestAborted)
        );

        async Task<long?> LookAsync()
        {
            if (require is not null)
                await require();
            await sure.RequireAsync(job, least, context.RequestAborted);
            return await results.MadeLengthAsync(job, whole, context.RequestAborted);
        }
    }

    private static async Task<IResult> ConfidenceAsync(string id, HttpContext context, ResultReader results)
    {
        var job = await results.SucceededAsync(id, context.Request);
        return await context.ImmutableAsync(
            job,
            "confidence",
            "image/png",
            () => results.ConfidenceLengthAsync(job, context.RequestAborted),
            () => results.OpenConfidenceAsync(job, context.Request)
        );
    }

    private static async Task<IResult> SummaryAsync(
        string id,
        string[]? minConfidence,
        HttpContext context,
        ResultReader results,
        SureMasks sure
    )
    {
        var least = MinConfidence.Read(minConfidence);
        var job = await results.SucceededAsync(id, context.Request);
        return least is null
            ? await context.KeptAsync(job, "summary", "application/json", ResultFiles.Summary, results)
            : await context.MadeAsync(
                job,
                "summary",
                "application/json",
                least,
                SummaryHolds,
                async (mask, stop) =>
                    JsonSerializer.SerializeToUtf8Bytes(
                        (await sure.WithSummaryAsync(job, mask, least, stop)).Summary,
                        JobJson.Plain.ResultSummary
                    ),
                results,
                sure
            );
    }

    private static async Task<IResult> ColorAsync(
        string id,
        string[]? minConfidence,
        HttpContext context,
        ResultReader results,
        SureMasks sure
    )
    {
        var least = MinConfidence.Read(minConfidence);
        var job = await results.SucceededAsync(id, context.Request);
        return await context.MadeAsync(
            job,
            "color",
            "image/png",
            least,
            MadeResults.ColorHolds,
            async (mask, stop) => ColorMask.Png(await sure.OfAsync(job, mask, least, stop)),
            results,
            sure
        );
    }

    private static async Task<IResult> OverlayAsync(
        string id,
        string? opacity,
        string? format,
        string? width,
        string[]? minConfidence,
        HttpContext context,
        ResultReader results,
        SureMasks sure,
        BlobServiceClient blobs,
        ImageLimits limits
    )
    {
        var weight = Number(opacity, "opacity", MadeResults.DefaultOpacity, 1, "a number from 0 (photo) to 1 (classes)");
        if (format is not (null or "jpeg" or "webp"))
            throw new RoadSegException(ErrorCodes.RequestInvalid, "The parameter 'format' is 'jpeg' or 'webp'.");
        var webp = format == "webp";
        var most = Width(width);
        var least = MinConfidence.Read(minConfidence);
        var job = await results.SucceededAsync(id, context.Request);
        var part = string.Create(
            CultureInfo.InvariantCulture,
            $"overlay-{weight}-{(webp ? "webp" : "jpeg")}{(most is null ? "" : $"-{most}")}"
        );
        var (shownWidth, shownHeight) =
            most < job.Image!.Width ? (most.Value, ReducedHeight(job.Image, most.Value)) : (job.Image.Width, job.Image.Height);
        if (webp && Math.Max(shownWidth, shownHeight) > PhotoEncoder.MaxWebPSide)
            throw new RoadSegException(
                ErrorCodes.RequestInvalid,
                $"WebP holds at most {PhotoEncoder.MaxWebPSide} pixels a side: take jpeg or a smaller width."
            );
        var reduced = shownWidth < job.Image.Width;
        return await context.MadeAsync(
            job,
            part,
            webp ? "image/webp" : "image/jpeg",
            least,
            reduced ? ReducedHolds : MadeResults.OverlayHolds,
            async (mask, stop) =>
            {
                var file = await UploadReader.ReadShownAsync(blobs, job, limits, stop);
                var header = ImageProbe.Read(file, limits);
                mask = await sure.OfAsync(job, mask, least, stop);
                return MadeResults.Overlay(file, header, mask, weight, shownWidth, shownHeight, webp);
            },
            results,
            sure,
            () => UploadReader.RequireShownAsync(blobs, job, limits, context.RequestAborted)
        );
    }

    private static async Task<IResult> PolygonsAsync(
        string id,
        string? minArea,
        string? tolerance,
        string? format,
        string[]? minConfidence,
        HttpContext context,
        ResultReader results,
        SureMasks sure
    )
    {
        var options = new RegionOptions();
        if (minArea is not null)
        {
            options =
                int.TryParse(minArea, NumberStyles.None, CultureInfo.InvariantCulture, out var pixels)
                && pixels is >= 1 and <= 1_000_000_000
                    ? options with
                    {
                        MinArea = pixels,
                    }
                    : throw new RoadSegException(
                        ErrorCodes.RequestInvalid,
                        "The parameter 'minArea' is a whole number of pixels from 1 to 1000000000."
                    );
        }

        options = options with { Tolerance = Number(tolerance, "tolerance", 0, 100, "a number of pixels from 0 (exact) to 100") };
        if (format is not (null or "json" or "geojson"))
            throw new RoadSegException(ErrorCodes.RequestInvalid, "The parameter 'format' is 'json' or 'geojson'.");
        var geo = format == "geojson";
        var least = MinConfidence.Read(minConfidence);
        var job = await results.SucceededAsync(id, context.Request);
        var part = string.Create(CultureInfo.InvariantCulture, $"polygons-{options.MinArea}-{options.Tolerance}{(geo ? "-geo" : "")}");
        return await context.MadeAsync(
            job,
            part,
            geo ? "application/geo+json" : "application/json",
            least,
            MadeResults.PolygonsHold,
            async (mask, stop) =>
                MadeResults.Polygons(await sure.OfAsync(job, mask, least, stop), await results.SummaryAsync(job, stop), options, geo),
            results,
            sure
        );
    }

    private static int ReducedHeight(JobImage image, int width) => (int)Math.Max(1, Math.Round((double)image.Height * width / image.Width));

    private static int? Width(string? text)
    {
        if (text is null)
            return null;
        return
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var width)
            && width is >= SmallestWidth and <= LargestWidth
            ? width
            : throw new RoadSegException(
                ErrorCodes.RequestInvalid,
                $"The parameter 'width' is a whole number of pixels from {SmallestWidth} to {LargestWidth}."
            );
    }

    /// <summary>A parameter that is a number from 0 on.</summary>
    /// <exception cref="RoadSegException">request-invalid: it is not what is allowed.</exception>
    public static double Number(string? text, string name, double standard, double most, string allowed)
    {
        if (text is null)
            return standard;
        return
            double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            && value >= 0
            && value <= most
            ? value
            : throw new RoadSegException(ErrorCodes.RequestInvalid, $"The parameter '{name}' is {allowed}.");
    }
}
