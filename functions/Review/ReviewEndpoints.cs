using RoadSeg.Datasets;
using RoadSeg.Errors;
using RoadSeg.Functions.Api;
using RoadSeg.Functions.Results;
using RoadSeg.Jobs;

namespace RoadSeg.Functions.Review;

/// <summary>Photos for the next data set.</summary>
internal static class ReviewEndpoints
{
    internal const double DefaultBelow = 0.8;
    internal const double DefaultAbove = 0.1;
    private const string Range = "a number from 0 to 1";

    public static void MapReview(this IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/review", ListAsync).DescribeListReview();
        app.MapGet("/v1/review/export", ExportAsync).DescribeExportReview();
    }

    private static async Task<IResult> ListAsync(
        string? below,
        string? above,
        string? after,
        string? limit,
        HttpContext context,
        CallerKeys callers,
        ReviewList list
    )
    {
        var (photos, next) = await list.PageAsync(callers.Of(context.Request), Query(below, above, after, limit), context.RequestAborted);
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Json(new ReviewPage([.. photos.Select(photo => photo.Item)], next), JobJson.Plain.ReviewPage);
    }

    private static async Task<IResult> ExportAsync(
        string? name,
        string? below,
        string? above,
        string? after,
        string? limit,
        HttpContext context,
        CallerKeys callers,
        ReviewList list,
        ReviewExport export
    )
    {
        name ??= "review";
        if (!DatasetSpecJson.IsName(name))
            throw new RoadSegException(
                ErrorCodes.RequestInvalid,
                "The parameter 'name' is 1-63 of a-z, 0-9 and '-', beginning with a letter or digit."
            );
        var (photos, next) = await list.PageAsync(callers.Of(context.Request), Query(below, above, after, limit), context.RequestAborted);
        var archive = await export.WriteAsync(name, photos, context.RequestAborted);
        context.Response.Headers.CacheControl = "no-store";
        if (next is not null)
            context.Response.Headers["x-next"] = next;
        return TypedResults.Stream(archive, "application/zip", $"{name}.zip");
    }

    private static ReviewQuery Query(string? below, string? above, string? after, string? limit) =>
        new(
            ResultEndpoints.Number(below, "below", DefaultBelow, 1, Range),
            ResultEndpoints.Number(above, "above", DefaultAbove, 1, Range),
            after,
            IndexPages.Limit(limit)
        );
}
