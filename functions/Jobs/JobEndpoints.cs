using Azure.Storage.Blobs;
using RoadSeg.Errors;
using RoadSeg.Functions.Api;
using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Functions.Jobs;

internal static class JobEndpoints
{
    internal const int MaxWaitSeconds = 60;

    public static void MapJobs(this IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/jobs", ListAsync).DescribeListJobs();
        app.MapGet("/v1/jobs/{id}", ShowAsync).DescribeGetJob();
        app.MapPost("/v1/jobs/{id}/webhook", DeliverAgainAsync).DescribeRedeliverWebhook();
        app.MapDelete("/v1/jobs/{id}", DeleteAsync).DescribeCancelJob();
    }

    private static async Task<IResult> ShowAsync(
        string id,
        HttpContext context,
        CallerKeys callers,
        RecentJobs jobs,
        JobWatch watch,
        QueueGauge gauge
    )
    {
        var wait = Waits.Asked(context.Request, MaxWaitSeconds);
        var job = await OwnJobs.FindAsync(jobs.FindAsync, callers.Of(context.Request), id, context.RequestAborted);
        if (wait is { } patience)
        {
            var known = context.Request.Headers.IfNoneMatch.ToString();
            job = await watch.UntilAsync(
                job,
                now =>
                    now.Value.State.IsTerminal()
                    || (known.Length > 0 && !known.Contains(JobAnswers.Version(now), StringComparison.Ordinal)),
                patience,
                context.RequestAborted
            );
        }

        return await JobAnswers.AnswerAsync(context, job, gauge, StatusCodes.Status200OK);
    }

    private static async Task<IResult> ListAsync(
        string? state,
        string[]? tag,
        string? name,
        string? since,
        string? until,
        string? bbox,
        string? format,
        string? after,
        string? limit,
        HttpContext context,
        CallerKeys callers,
        JobList list,
        QueueGauge gauge
    )
    {
        if (format is not (null or "json" or "geojson"))
            throw new RoadSegException(ErrorCodes.RequestInvalid, "The parameter 'format' is 'json' or 'geojson'.");
        var geo = format == "geojson";
        var (found, next) = await list.PageAsync(
            callers.Of(context.Request),
            JobSearch.Read(state, tag, name, since, until, bbox) with
            {
                Located = geo,
            },
            after,
            IndexPages.Limit(limit),
            context.RequestAborted
        );
        context.Response.Headers.CacheControl = "no-store";
        if (geo)
            return TypedResults.Json(JobFeatures.Of(found, next), JobJson.Plain.JobFeatures, "application/geo+json");
        var items = await Task.WhenAll(found.Select(async job => JobView.Of(job, await gauge.PlaceAsync(job, context.RequestAborted))));
        return TypedResults.Json(new JobPage(items, next), JobJson.Plain.JobPage);
    }

    private static async Task<IResult> DeliverAgainAsync(
        string id,
        HttpContext context,
        CallerKeys callers,
        JobStore jobs,
        QueueGauge gauge
    )
    {
        var job = await jobs.GetAsync(callers.Of(context.Request), id, context.RequestAborted);
        var again = await jobs.DeliverAgainAsync(job.Value.Id, context.RequestAborted);
        if (!again.Done)
            throw new RoadSegException(
                ErrorCodes.WebhookNotDue,
                job.Value.Webhook is null
                    ? "The job was submitted without a webhook; POST /v1/webhooks/test tries an address."
                    : "The job has not ended; its webhook is sent when it has."
            );
        context.Response.Headers.Location = $"/v1/jobs/{job.Value.Id}";
        return await JobAnswers.AnswerAsync(context, again.Document!, gauge, StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> DeleteAsync(
        string id,
        string? erase,
        HttpContext context,
        CallerKeys callers,
        JobStore jobs,
        QueueGauge gauge,
        BlobServiceClient blobs,
        IEnumerable<ForgetJob> others,
        TimeProvider time
    )
    {
        if (erase is not (null or "true" or "false"))
            throw new RoadSegException(
                ErrorCodes.RequestInvalid,
                "The parameter 'erase' is 'true' to delete all that is kept of the job, or 'false' to cancel it."
            );
        if (erase == "true")
        {
            // What was begun and broke off goes on.
            var erased = await OwnJobs.EvenErasedAsync(jobs.FindAsync, callers.Of(context.Request), id, context.RequestAborted);
            foreach (var forget in others)
                await forget(erased.Value, context.RequestAborted);
            await JobErasure.EraseAsync(jobs, blobs, erased.Value, time.GetUtcNow(), context.RequestAborted);
            return TypedResults.NoContent();
        }

        var job = await jobs.GetAsync(callers.Of(context.Request), id, context.RequestAborted);
        var canceled = await jobs.TryMoveAsync(
            job.Value.Id,
            JobState.Canceled,
            record => record.State.IsTerminal() ? null : record,
            context.RequestAborted,
            job
        );
        return await JobAnswers.AnswerAsync(context, canceled.Document ?? job, gauge, StatusCodes.Status200OK);
    }
}
