using Microsoft.AspNetCore.Http.Headers;
using Microsoft.Net.Http.Headers;
using RoadSeg.Errors;
using RoadSeg.Functions.Api;
using RoadSeg.Functions.Fairness;
using RoadSeg.Functions.Jobs;
using RoadSeg.Functions.Results;
using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Functions.Review;

/// <summary>The mask of a job as a person corrected it.</summary>
internal static class ReviewedMaskEndpoints
{
    internal const int LongestName = 64;

    public static void MapReviewedMasks(this IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/jobs/{id}/review", ShowAsync).DescribeGetReview();
        app.MapPut("/v1/jobs/{id}/review", SaveAsync).DescribePutReview();
        app.MapDelete("/v1/jobs/{id}/review", RemoveAsync).DescribeDeleteReview();
    }

    private static async Task<IResult> ShowAsync(string id, HttpContext context, ResultReader results, ReviewedMasks masks)
    {
        var job = await results.SucceededAsync(id, context.Request);
        if (await masks.FindAsync(job, context.RequestAborted) is not var (png, review))
            throw new RoadSegException(
                ErrorCodes.ReviewNotFound,
                job.Review is null
                    ? "Nobody has reviewed this job's mask. GET .../mask answers the model's own."
                    : "The reviewed mask is no longer kept."
            );
        context.Response.Headers.CacheControl = "private, no-cache";
        context.Response.Headers.Vary = CallerKeys.Header;
        return TypedResults.Bytes(png, "image/png", entityTag: Tag(review), lastModified: null);
    }

    private static async Task<IResult> SaveAsync(string id, string? by, HttpContext context, [AsParameters] SaveServices services)
    {
        var (callers, results, masks, bodies, gauge, time) = services;
        var cancel = context.RequestAborted;
        Stored<JobRecord> saved;
        try
        {
            var caller = callers.Of(context.Request);
            var job = await results.SucceededAsync(id, context.Request);
            var expected = Expected(context.Request.GetTypedHeaders());
            if (context.Request.ContentType?.Split(';', 2)[0].Trim().ToLowerInvariant() is not "image/png")
                throw new RoadSegException(ErrorCodes.ContentTypeUnsupported, "Send the mask as the body, of the type image/png.");
            using var room = bodies.Take(caller, SubmittedImage.Room(context.Request));
            var png = await RequestBody.ReadAsync(context.Request, SubmittedImage.MaxBodyBytes, time, TooLarge, cancel);
            saved = await masks.SaveAsync(job, png, Name(by) ?? caller, expected, cancel);
        }
        catch (RoadSegException e) when (e.Code != ErrorCodes.RequestTooSlow)
        {
            await RequestBody.DiscardAsync(context.Request, SubmittedImage.MaxBodyBytes, time, cancel);
            throw;
        }

        var answer = await JobAnswers.AnswerAsync(context, saved, gauge, StatusCodes.Status200OK);
        context.Response.Headers.ETag = Tag(saved.Value.Review!).ToString();
        return answer;
    }

    private static async Task<IResult> RemoveAsync(string id, HttpContext context, ResultReader results, ReviewedMasks masks)
    {
        var job = await results.SucceededAsync(id, context.Request);
        var expected = Expected(context.Request.GetTypedHeaders());
        await masks.RemoveAsync(job, context.Request.Headers.IfMatch.Count == 0 ? static _ => true : expected, context.RequestAborted);
        return TypedResults.NoContent();
    }

    private static EntityTagHeaderValue Tag(JobReview review) => new($"\"{review.Version}\"");

    // RFC 9110, 13.1.1. Without it there must be none yet: nobody replaces what he has not seen.
    private static Func<JobReview?, bool> Expected(RequestHeaders headers)
    {
        var known = headers.IfMatch;
        if (known.Count == 0 && headers.Headers.IfMatch.Count > 0)
            throw new RoadSegException(
                ErrorCodes.RequestInvalid,
                "The header If-Match is no ETag: send that of GET .../review as it came, in its quotation marks."
            );
        return known.Count == 0
            ? static now => now is null
            : now => now is not null && known.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(Tag(now), true));
    }

    private static string? Name(string? by)
    {
        if (string.IsNullOrWhiteSpace(by))
            return null;
        var name = by.Trim();
        return name.Length <= LongestName && !name.Any(char.IsControl)
            ? name
            : throw new RoadSegException(
                ErrorCodes.RequestInvalid,
                $"The parameter 'by' is the name of who reviewed the mask, of at most {LongestName} characters."
            );
    }

    private static RoadSegException TooLarge() =>
        new(
            ErrorCodes.ImageTooManyBytes,
            $"A mask may have at most {SubmittedImage.MaxBodyBytes >> 20} MiB as a PNG. Save it with a stronger compression."
        );
}
