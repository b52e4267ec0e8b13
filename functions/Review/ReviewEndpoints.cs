using RoadSeg.Datasets;
using RoadSeg.Errors;
using RoadSeg.Functions.Api;
using RoadSeg.Functions.Results;
using RoadSeg.Jobs;

namespace RoadSeg.Functions.Review;

/// <summary>Photos for the next data set.</summary>
internal static class ReviewEndpoints
{
    private const double DefaultBelow = 0.8;
    private const double DefaultAbove = 0.1;
    private const string Range = "a number from 0 to 1";
    private const string Below = "A mean confidence under it lists a photo.";
    private const string Above =
        "A disagreement over it lists a photo: the share of its pixels on which a new version differed from the live one.";

    public static void MapReview(this IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/review", ListAsync)
            .Describe(
                "listReview",
                "List photos to review",
                "Your photos of which the model is unsure, or of which a new version saw something else, newest first. A page may hold "
                    + "fewer photos than asked for; go on while there is a next."
            )
            .Takes("below", Below, ParameterForms.Number(0, 1, DefaultBelow))
            .Takes("above", Above, ParameterForms.Number(0, 1, DefaultAbove))
            .Takes("after", "next of the page before.")
            .Takes("limit", "Photos a page.", ParameterForms.Whole(1, 100, 20))
            .Answers<ReviewPage>(StatusCodes.Status200OK)
            .Fails(ErrorCodes.RequestInvalid);
        app.MapGet("/v1/review/export", ExportAsync)
            .Describe(
                "exportReview",
                "Export photos to review",
                "One page of the list as a zip that can be dropped as a data set: images, the model's own masks as first labels to "
                    + "correct, and dataset.json."
            )
            .Takes("name", "Name of the data set. Default review.")
            .Takes("below", Below, ParameterForms.Number(0, 1, DefaultBelow))
            .Takes("above", Above, ParameterForms.Number(0, 1, DefaultAbove))
            .Takes("after", "next of the page before.")
            .Takes("limit", "Photos.", ParameterForms.Whole(1, 100, 20))
            .AnswersFile("application/zip")
            .Fails(ErrorCodes.RequestInvalid);
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
        return TypedResults.Json(new ReviewPage([.. photos.Select(photo => photo.Item)], next), JobJson.Default.ReviewPage);
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
