using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using RoadSeg.Errors;
using RoadSeg.Functions.Api;
using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Functions.Jobs;

internal static class JobEndpoints
{
    /// <summary>Largest request body in bytes.</summary>
    public const long MaxBodyBytes = 16 * 1024 * 1024;

    internal const int MaxWaitSeconds = 60;

    public static void MapJobs(this IEndpointRouteBuilder app)
    {
        app.MapPost("/v1/jobs", SubmitAsync).DescribeSubmitJob();
        app.MapGet("/v1/jobs", ListAsync).DescribeListJobs();
        app.MapGet("/v1/jobs/{id}", ShowAsync).DescribeGetJob();
        app.MapDelete("/v1/jobs/{id}", CancelAsync).DescribeCancelJob();
    }

    private static async Task<IResult> SubmitAsync(HttpContext context, [AsParameters] SubmitServices services)
    {
        var (callers, admission, submission, watch, gauge, time) = services;
        // Counted here and not by the server, which would cut the connection: the host in between would answer 500 for it.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        var cancel = context.RequestAborted;
        TimeSpan? wait;
        Stored<JobRecord> job;
        try
        {
            var caller = callers.Of(context.Request);
            wait = Waits.Preferred(context.Request, MaxWaitSeconds);
            var key = IdempotencyKeys.Read(context.Request);

            // Without a key every request is a new job: it is refused before its body is held.
            WorkLane? lane = key is null ? await admission.AdmitAsync(caller, cancel) : null;
            job = await submission.SubmitAsync(context.Request, caller, lane, key, cancel);
        }
        catch (RoadSegException e) when (e.Code != ErrorCodes.RequestTooSlow)
        {
            await RequestBody.DiscardAsync(context.Request, MaxBodyBytes, time, cancel);
            throw;
        }

        if (wait is { } patience)
        {
            context.Response.Headers["Preference-Applied"] = string.Create(CultureInfo.InvariantCulture, $"wait={patience.TotalSeconds}");
            job = await watch.UntilAsync(job, static job => job.Value.State.IsTerminal(), patience, cancel);
        }

        context.Response.Headers.Location = $"/v1/jobs/{job.Value.Id}";
        return await AnswerAsync(
            context,
            job,
            gauge,
            job.Value.State.IsTerminal() ? StatusCodes.Status200OK : StatusCodes.Status202Accepted
        );
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
                now => now.Value.State.IsTerminal() || (known.Length > 0 && !known.Contains(Version(now), StringComparison.Ordinal)),
                patience,
                context.RequestAborted
            );
        }

        return await AnswerAsync(context, job, gauge, StatusCodes.Status200OK);
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
        return await AnswerAsync(context, canceled.Document ?? job, gauge, StatusCodes.Status200OK);
    }

    // The tag changes with the record and with the place in the lane.
    private static async Task<IResult> AnswerAsync(HttpContext context, Stored<JobRecord> job, QueueGauge gauge, int status)
    {
        var place = await gauge.PlaceAsync(job.Value, context.RequestAborted);
        double? retry = job.Value.State.IsTerminal() ? null : Math.Clamp(Math.Ceiling(place?.EstimatedSeconds ?? 1), 1, 30);
        return Revalidation.Answer(
            context,
            $"{Version(job)}{(place is null ? "" : "-")}{place?.Position}",
            retry,
            () => JobView.Of(job.Value, place),
            JobJson.Default.JobView,
            status
        );
    }

    private static string Version(Stored<JobRecord> job) => job.ETag.ToString().Trim('"');
}
