using System.Globalization;
using System.Text.Json;
using Azure.Storage.Blobs;
using RoadSeg.Errors;
using RoadSeg.Functions.Api.Descriptions;
using RoadSeg.Functions.Uploads;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Results;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Results;

/// <summary>Results of a succeeded job. Mask, confidence and summary are stored; the rest is made from them when asked for.</summary>
internal static class ResultEndpoints
{
    internal const double DefaultOpacity = 0.5;
    internal const int SmallestWidth = 32;
    internal const int LargestWidth = 2048;
    private const int OverlayQuality = 88;

    // Bytes for each of the photo's pixels that making it holds: mask, photo as decoded, turned and blended.
    private const int ColorHolds = 5,
        ReducedHolds = 4,
        OverlayHolds = 10,
        PolygonsHold = 6;

    public static void MapResults(this IEndpointRouteBuilder app)
    {
        var job = app.MapGroup("/v1/jobs/{id}");
        job.MapResult("/mask", MaskAsync).DescribeGetMask();
        job.MapResult("/color", ColorAsync, ErrorCodes.TooManyRequests).DescribeGetColorMask();
        job.MapResult("/overlay", OverlayAsync, ErrorCodes.UploadMissing, ErrorCodes.TooManyRequests).DescribeGetOverlay();
        job.MapResult("/confidence", ConfidenceAsync, ErrorCodes.ConfidenceUnavailable).DescribeGetConfidence();
        job.MapResult("/summary", SummaryAsync).DescribeGetSummary();
        job.MapResult("/polygons", PolygonsAsync, ErrorCodes.MaskTooComplex, ErrorCodes.TooManyRequests).DescribeGetPolygons();
    }

    // HEAD answers like GET and is not described beside it.
    private static RouteHandlerBuilder MapResult(this RouteGroupBuilder job, string path, Delegate handler, params ErrorCode[] failures)
    {
        job.MapMethods(path, [HttpMethods.Head], handler).ExcludeFromDescription();
        return job.MapGet(path, handler)
            .AnswersInRanges()
            .Fails([ErrorCodes.RequestInvalid, ErrorCodes.JobNotFound, ErrorCodes.ResultNotReady, ErrorCodes.ResultGone, .. failures]);
    }

    private static async Task<IResult> MaskAsync(string id, HttpContext context, ResultReader results)
    {
        var job = await results.SucceededAsync(id, context.Request);
        return await context.ImmutableAsync(
            job,
            "mask",
            "image/png",
            () => results.LengthAsync(job, ResultFiles.Mask, context.RequestAborted),
            () => results.OpenAsync(job, ResultFiles.Mask, context.Request)
        );
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

    private static async Task<IResult> SummaryAsync(string id, HttpContext context, ResultReader results)
    {
        var job = await results.SucceededAsync(id, context.Request);
        return await context.ImmutableAsync(
            job,
            "summary",
            "application/json",
            () => results.LengthAsync(job, ResultFiles.Summary, context.RequestAborted),
            () => results.OpenAsync(job, ResultFiles.Summary, context.Request)
        );
    }

    private static async Task<IResult> ColorAsync(string id, HttpContext context, ResultReader results)
    {
        var job = await results.SucceededAsync(id, context.Request);
        return await context.ImmutableAsync(
            job,
            "color",
            "image/png",
            () => results.MadeLengthAsync(job, "color", context.RequestAborted),
            () =>
                results.MakeAsync(
                    job,
                    "color",
                    ColorHolds,
                    static (mask, _) => Task.FromResult(ColorMask.Png(mask)),
                    context.RequestAborted
                )
        );
    }

    private static async Task<IResult> OverlayAsync(
        string id,
        string? opacity,
        string? format,
        string? width,
        HttpContext context,
        ResultReader results,
        BlobServiceClient blobs,
        ImageLimits limits
    )
    {
        var weight = Number(opacity, "opacity", DefaultOpacity, 1, "a number from 0 (photo) to 1 (classes)");
        if (format is not (null or "jpeg" or "webp"))
            throw new RoadSegException(ErrorCodes.RequestInvalid, "The parameter 'format' is 'jpeg' or 'webp'.");
        var webp = format == "webp";
        var most = Width(width);
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
        return await context.ImmutableAsync(job, part, webp ? "image/webp" : "image/jpeg", LookAsync, () => results.MakeAsync(
                job,
                part,
                reduced ? ReducedHolds : OverlayHolds,
                async (mask, stop) =>
                {
                    var file = await UploadReader.ReadAsync(blobs, job.Source, limits, stop);
                    var header = ImageProbe.Read(file, limits);
                    var blended = reduced
                        ? Reduced(file, header, mask, weight, shownWidth, shownHeight)
                        : Overlay.Blend(ImageDecoder.Decode(file, header), mask, weight);
                    return webp ? PhotoEncoder.WebP(blended, OverlayQuality) : PhotoEncoder.Jpeg(blended, OverlayQuality);
                },
                context.RequestAborted
            ));

        async Task<long?> LookAsync()
        {
            await UploadReader.RequireAsync(blobs, job.Source, limits, context.RequestAborted);
            return await results.MadeLengthAsync(job, part, context.RequestAborted);
        }
    }

    private static async Task<IResult> PolygonsAsync(
        string id,
        string? minArea,
        string? tolerance,
        string? format,
        HttpContext context,
        ResultReader results
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
        var job = await results.SucceededAsync(id, context.Request);
        var part = string.Create(CultureInfo.InvariantCulture, $"polygons-{options.MinArea}-{options.Tolerance}{(geo ? "-geo" : "")}");
        return await context.ImmutableAsync(
            job,
            part,
            geo ? "application/geo+json" : "application/json",
            () => results.MadeLengthAsync(job, part, context.RequestAborted),
            () =>
                results.MakeAsync(
                    job,
                    part,
                    PolygonsHold,
                    async (mask, stop) =>
                    {
                        var summary = await results.SummaryAsync(job, stop);
                        var labels = summary.Classes.ToDictionary(label => label.Id);
                        var regions = RegionFinder.Find(
                            mask.Ids,
                            mask.Width,
                            mask.Height,
                            id => (labels[id].Name, labels[id].Color),
                            options
                        );
                        return geo
                            ? JsonSerializer.SerializeToUtf8Bytes(MaskFeatures.Of(regions), ResultJson.Plain.MaskFeatures)
                            : JsonSerializer.SerializeToUtf8Bytes(regions, ResultJson.Plain.MaskRegions);
                    },
                    context.RequestAborted
                )
        );
    }

    // Photo and mask are reduced before they are laid over each other: a large photo is never decoded whole for a thumbnail.
    private static RgbImage Reduced(
        ReadOnlyMemory<byte> file,
        ImageHeader header,
        IndexedImage mask,
        double weight,
        int width,
        int height
    ) => Overlay.Blend(ImageDecoder.DecodeTo(file, header, width, height), mask.ResizeTo(width, height), weight);

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
