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
        app.MapDelete("/v1/jobs/{id}", CancelAsync).DescribeCancelJob();
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
        string? after,
        string? limit,
        HttpContext context,
        CallerKeys callers,
        JobList list,
        QueueGauge gauge
    )
    {
        JobState? wanted = null;
        if (state is not null && (wanted = JobStates.Parse(state)) is null)
            throw new RoadSegException(ErrorCodes.RequestInvalid, $"The parameter 'state' is one of {string.Join(", ", JobStates.Names)}.");
        var (found, next) = await list.PageAsync(
            callers.Of(context.Request),
            wanted,
            after,
            IndexPages.Limit(limit),
            context.RequestAborted
        );
        var items = await Task.WhenAll(found.Select(async job => JobView.Of(job, await gauge.PlaceAsync(job, context.RequestAborted))));
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Json(new JobPage(items, next), JobJson.Default.JobPage);
    }

    private static async Task<IResult> CancelAsync(string id, HttpContext context, CallerKeys callers, JobStore jobs, QueueGauge gauge)
    {
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
