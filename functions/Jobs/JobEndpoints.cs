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

    private const int MaxWaitSeconds = 60;

    public static void MapJobs(this IEndpointRouteBuilder app)
    {
        app.MapPost("/v1/jobs", SubmitAsync)
            .Describe(
                "submitJob",
                "Segment a photo",
                "Takes a photo of up to 16 MiB in the body. Larger ones go straight into storage: POST /v1/uploads."
            )
            .TakesBody<Stream>(
                true,
                "image/jpeg",
                "image/png",
                "image/webp",
                "image/avif",
                "image/tiff",
                "application/octet-stream",
                "multipart/form-data"
            )
            .Takes("fileName", "Your name for the photo, shown with the job.")
            .Takes(
                "model",
                "The model to use: name for its live version, name@version for any published one. Absent: the model that serves."
            )
            .Takes(
                "tag",
                "A note of your own as name:value. May be given 16 times, every name once; names of 1 to 64 letters, digits, '.', '_' or "
                    + "'-', values of at most 256 characters.",
                ParameterForms.Several(16, "^[A-Za-z0-9._-]{1,64}:.{0,256}$")
            )
            .Takes("webhook", "https address to tell when the job has ended.")
            .TakesHeader("Prefer", "wait=N: answer when the job has ended, or after N seconds (0-60), whichever comes first.")
            .TakesHeader(
                "Idempotency-Key",
                "The same key with the same request gets the same job, also after it has ended. Send one and repeat the request as often "
                    + "as you hear no answer.",
                ParameterForms.Key
            )
            .Answers<JobView>(StatusCodes.Status200OK, StatusCodes.Status202Accepted)
            .Sends("Location", "Address of the job, relative to the service.", StatusCodes.Status200OK, StatusCodes.Status202Accepted)
            .Sends("Preference-Applied", "The wait that was taken from Prefer.", StatusCodes.Status200OK, StatusCodes.Status202Accepted)
            .SendsVersion(StatusCodes.Status200OK, StatusCodes.Status202Accepted)
            .Fails(
                ErrorCodes.RequestInvalid,
                ErrorCodes.ContentTypeUnsupported,
                ErrorCodes.ImageEmpty,
                ErrorCodes.ImageTooManyBytes,
                ErrorCodes.ImageTooManyPixels,
                ErrorCodes.ImageFormatUnsupported,
                ErrorCodes.ImageAnimated,
                ErrorCodes.ImageCorrupt,
                ErrorCodes.ModelNotFound,
                ErrorCodes.WebhooksDisabled,
                ErrorCodes.WebhookUrlInvalid,
                ErrorCodes.IdempotencyConflict,
                ErrorCodes.TooManyJobs,
                ErrorCodes.QueueFull,
                ErrorCodes.TooManyRequests,
                ErrorCodes.RequestTooSlow
            );
        app.MapGet("/v1/jobs", ListAsync)
            .Describe("listJobs", "List your jobs", "Newest first. A page may hold fewer jobs than asked for; go on while there is a next.")
            .Takes("state", "Only jobs in this state.", ParameterForms.OneOf(JobStates.Names))
            .Takes("after", "next of the page before.")
            .Takes("limit", "Jobs a page.", ParameterForms.Whole(1, 100, 20))
            .Answers<JobPage>(StatusCodes.Status200OK)
            .Fails(ErrorCodes.RequestInvalid);
        app.MapGet("/v1/jobs/{id}", ShowAsync)
            .Describe(
                "getJob",
                "Ask for a job",
                "Costs one small read. With wait it answers when the job has ended; with wait and If-None-Match, when it has changed."
            )
            .Takes("wait", "Seconds to wait.", ParameterForms.Whole(0, MaxWaitSeconds))
            .Revalidates()
            .Answers<JobView>(StatusCodes.Status200OK)
            .Fails(ErrorCodes.RequestInvalid, ErrorCodes.JobNotFound);
        app.MapDelete("/v1/jobs/{id}", CancelAsync)
            .Describe(
                "cancelJob",
                "Cancel a job",
                "A job that has ended is left as it is; canceling twice is no error. The answer says how the job stands."
            )
            .Answers<JobView>(StatusCodes.Status200OK)
            .SendsVersion(StatusCodes.Status200OK)
            .Fails(ErrorCodes.RequestInvalid, ErrorCodes.JobNotFound);
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

    // The tag changes with the record and with the place in the line.
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
