using RoadSeg.Datasets;
using RoadSeg.Datasets.Exports;
using RoadSeg.Errors;
using RoadSeg.Functions.Api;
using RoadSeg.Functions.Results;
using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Functions.Review;

/// <summary>Photos for the next data set.</summary>
internal static class ReviewEndpoints
{
    internal const double DefaultBelow = 0.8;
    internal const double DefaultAbove = 0.1;
    internal const int MostChosen = 100;
    private const string Range = "a number from 0 to 1";

    public static void MapReview(this IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/review", ListAsync).DescribeListReview();
        app.MapGet("/v1/review/export", ExportAsync).DescribeExportReview();
    }

    private static async Task<IResult> ListAsync(
        string? below,
        string? above,
        string? reviewed,
        string? after,
        string? limit,
        HttpContext context,
        CallerKeys callers,
        ReviewList list
    )
    {
        var (photos, next) = await list.PageAsync(
            callers.Of(context.Request),
            Query(below, above, reviewed, after, limit),
            context.RequestAborted
        );
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Json(new ReviewPage([.. photos.Select(photo => photo.Item)], next), JobJson.Plain.ReviewPage);
    }

    private static async Task<IResult> ExportAsync(
        string? name,
        string? to,
        string[]? job,
        string? below,
        string? above,
        string? reviewed,
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
        var format = to is null ? null : ExportFormats.Find(to);
        var (caller, cancel) = (callers.Of(context.Request), context.RequestAborted);
        var (photos, next) = job is { Length: > 0 }
            ? (await list.OfAsync(caller, Chosen(job, below ?? above ?? reviewed ?? after ?? limit), cancel), null)
            : await list.PageAsync(caller, Query(below, above, reviewed, after, limit), cancel);
        var archive = await export.WriteAsync(name, format, photos, cancel);
        context.Response.Headers.CacheControl = "no-store";
        if (next is not null)
            context.Response.Headers["x-next"] = next;
        return TypedResults.Stream(archive, "application/zip", format is null ? $"{name}.zip" : $"{name}-{format.Name}.zip");
    }

    private static WorkId[] Chosen(string[] jobs, string? ofList)
    {
        if (ofList is not null)
            throw Invalid(
                "Photos are named by 'job', or taken from the list by 'below', 'above', 'reviewed', 'after' and 'limit': give one of "
                    + "the two."
            );
        if (jobs.Length > MostChosen)
            throw Invalid($"At most {MostChosen} photos go into an archive, not {jobs.Length}: export them in several.");
        return [.. jobs.Select(id => WorkId.TryParse(id, out var job) ? job : throw Invalid("Each 'job' is the id of one of your jobs."))];
    }

    private static RoadSegException Invalid(string detail) => new(ErrorCodes.RequestInvalid, detail);

    private static ReviewQuery Query(string? below, string? above, string? reviewed, string? after, string? limit) =>
        new(
            ResultEndpoints.Number(below, "below", DefaultBelow, 1, Range),
            ResultEndpoints.Number(above, "above", DefaultAbove, 1, Range),
            reviewed switch
            {
                null => null,
                "true" => true,
                "false" => false,
                _ => throw Invalid("The parameter 'reviewed' is 'true' for photos that a person has reviewed, or 'false' for the others."),
            },
            after,
            IndexPages.Limit(limit)
        );
}
