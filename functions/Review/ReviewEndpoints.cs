using System.Globalization;
using System.Text.RegularExpressions;
using RoadSeg.Errors;
using RoadSeg.Functions.Api;
using RoadSeg.Jobs;

namespace RoadSeg.Functions.Review;

/// <summary>Photos for the next data set.</summary>
internal static partial class ReviewEndpoints
{
    private const double DefaultBelow = 0.8;
    private const double DefaultAbove = 0.1;
    private const string Below = "A mean confidence under it lists a photo, 0 to 1. Default 0.8.";
    private const string Above = "A disagreement over it lists a photo, 0 to 1: the share of its pixels on which a new version differed from the live one. Default 0.1.";

    public static void AddReview(this IServiceCollection services)
    {
        services.AddSingleton<ReviewList>();
        services.AddSingleton<ReviewExport>();
    }

    public static void MapReview(this WebApplication app)
    {
        app.MapGet("/v1/review", ListAsync)
            .Describe("listReview", "List photos to review", "Your photos of which the model is unsure, or of which a new version saw something else, newest first. A page may hold fewer photos than asked for; go on while there is a next.")
            .Takes("below", Below)
            .Takes("above", Above)
            .Takes("after", "next of the page before.")
            .Takes("limit", "Photos a page, 1-100; 20 when absent.")
            .Answers<ReviewPage>(StatusCodes.Status200OK)
            .Fails(ErrorCodes.RequestInvalid);
        app.MapGet("/v1/review/export", ExportAsync)
            .Describe("exportReview", "Export photos to review", "One page of the list as a zip that can be dropped as a data set: images, the model's own masks as first labels to correct, and dataset.json.")
            .Takes("name", "Name of the data set. Default review.")
            .Takes("below", Below)
            .Takes("above", Above)
            .Takes("after", "next of the page before.")
            .Takes("limit", "Photos, 1-100; 20 when absent.")
            .AnswersFile("application/zip")
            .Fails(ErrorCodes.RequestInvalid);
    }

    private static async Task<IResult> ListAsync(string? below, string? above, string? after, string? limit, HttpContext context, CallerKeys callers, ReviewList list)
    {
        var (photos, next) = await list.PageAsync(callers.Of(context.Request), Query(below, above, after, limit), context.RequestAborted);
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Json(new ReviewPage([.. photos.Select(photo => photo.Item)], next), JobJson.Default.ReviewPage);
    }

    private static async Task<IResult> ExportAsync(
        string? name, string? below, string? above, string? after, string? limit, HttpContext context, CallerKeys callers, ReviewList list, ReviewExport export)
    {
        name ??= "review";
        if (!SetName().IsMatch(name))
            throw new RoadSegException(ErrorCodes.RequestInvalid, "The parameter 'name' is 1-63 of a-z, 0-9 and '-', beginning with a letter or digit.");
        var (photos, next) = await list.PageAsync(callers.Of(context.Request), Query(below, above, after, limit), context.RequestAborted);
        var archive = await export.WriteAsync(name, photos, context.RequestAborted);
        context.Response.Headers.CacheControl = "no-store";
        if (next is not null)
            context.Response.Headers["x-next"] = next;
        return TypedResults.Stream(archive, "application/zip", $"{name}.zip");
    }

    private static ReviewQuery Query(string? below, string? above, string? after, string? limit) =>
        new(Share("below", below, DefaultBelow), Share("above", above, DefaultAbove), after, IndexPages.Limit(limit));

    private static double Share(string name, string? text, double standard)
    {
        if (text is null)
            return standard;
        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share) && share is >= 0 and <= 1
            ? share
            : throw new RoadSegException(ErrorCodes.RequestInvalid, $"The parameter '{name}' is a number from 0 to 1.");
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,62}\\z")]
    private static partial Regex SetName();
}
