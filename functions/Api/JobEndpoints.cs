using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using RoadSeg.Errors;
using RoadSeg.Jobs;

namespace RoadSeg.Functions.Api;

internal static class JobEndpoints
{
    /// <summary>Largest request body in bytes: the host buffers it several times over.</summary>
    public const long MaxBodyBytes = 16 * 1024 * 1024;

    public static void MapJobs(this WebApplication app)
    {
        app.MapPost("/v1/jobs", SubmitAsync);
        app.MapGet("/v1/jobs/{id}", ShowAsync);
    }

    /// <summary>The record of a job by the id in a path.</summary>
    /// <exception cref="RoadSegException">job-not-found, for text that is no id too.</exception>
    public static async Task<JobRecord> GetAsync(this JobStore jobs, string id, CancellationToken cancel)
    {
        var found = JobId.TryParse(id, out var parsed) ? await jobs.FindAsync(parsed, cancel) : null;
        return found?.Record ?? throw new RoadSegException(ErrorCodes.JobNotFound, "No job has this id. Take the id from the answer to the submission.");
    }

    private static async Task<IResult> SubmitAsync(HttpContext context, JobSubmission submission)
    {
        // Counted here and not by the server, which would cut the connection: the host in between would answer 500 for it.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        var image = await SubmittedImage.ReadAsync(context.Request, context.RequestAborted);
        var job = await submission.SubmitAsync(image, context.RequestAborted);
        context.Response.Headers.Location = $"/v1/jobs/{job.Id}";
        return Answer(context, job, StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> ShowAsync(string id, HttpContext context, JobStore jobs) =>
        Answer(context, await jobs.GetAsync(id, context.RequestAborted), StatusCodes.Status200OK);

    private static JsonHttpResult<JobView> Answer(HttpContext context, JobRecord job, int status)
    {
        context.Response.Headers.CacheControl = "no-store";
        if (!job.State.IsTerminal())
            context.Response.Headers.RetryAfter = "1";
        return TypedResults.Json(JobView.Of(job), JobJson.Default.JobView, statusCode: status);
    }
}
