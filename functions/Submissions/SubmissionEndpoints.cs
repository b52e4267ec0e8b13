using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using RoadSeg.Errors;
using RoadSeg.Functions.Api;
using RoadSeg.Functions.Jobs;
using RoadSeg.Functions.Models;
using RoadSeg.Functions.Uploads;
using RoadSeg.Functions.Webhooks;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Models;
using RoadSeg.Work;

namespace RoadSeg.Functions.Submissions;

/// <summary>POST /v1/jobs and /v1/jobs/form: photos in request bodies.</summary>
internal static class SubmissionEndpoints
{
    public static void MapSubmissions(this IEndpointRouteBuilder app)
    {
        app.MapPost("/v1/jobs", SubmitAsync).DescribeSubmitJob();
        app.MapPost("/v1/jobs/form", SubmitAsync).DescribeSubmitForm();
        app.MapGet("/v1/estimate", EstimateAsync).DescribeEstimate();
    }

    private static async Task<IResult> EstimateAsync(
        HttpRequest request,
        ModelCatalogue models,
        DetailOptions options,
        WebhookOptions webhooks,
        ImageLimits limits,
        CancellationToken cancel
    )
    {
        var (width, height) = (Side(request, "width", limits), Side(request, "height", limits));
        var job = SubmissionOptions.Of(request.Query, webhooks);
        await models.RequireAsync(job.Model, cancel);
        var model = await models.PickAsync(job.Model, cancel);
        var plan = options.PlanOf(job.Detail, width, height, model);
        return TypedResults.Json(
            new JobEstimate(
                width,
                height,
                job.Detail ?? JobDetail.Normal,
                ModelPin.Of(model),
                plan.Runs,
                plan.Runs == 1 ? 0 : plan.Tiles,
                new JobInput(plan.Width, plan.Height)
            ),
            JobJson.Default.JobEstimate
        );
    }

    private static int Side(HttpRequest request, string name, ImageLimits limits) =>
        request.Query[name] is [{ } text]
        && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var side)
        && side >= 1
        && side <= limits.MaxSide
            ? side
            : throw new RoadSegException(ErrorCodes.RequestInvalid, $"Give '{name}' once: pixels of the photo, 1 to {limits.MaxSide}.");

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
            wait = Waits.Preferred(context.Request, JobEndpoints.MaxWaitSeconds);
            var key = IdempotencyKeys.Read(context.Request);

            // Without a key every request is a new job: it is refused before its body is held.
            WorkLane? lane = key is null ? await admission.AdmitAsync(caller, cancel) : null;
            job = await submission.SubmitAsync(context.Request, caller, lane, key, cancel);
        }
        catch (RoadSegException e) when (e.Code != ErrorCodes.RequestTooSlow)
        {
            await RequestBody.DiscardAsync(context.Request, SubmittedImage.MaxBodyBytes, time, cancel);
            throw;
        }

        if (wait is { } patience)
        {
            context.Response.Headers["Preference-Applied"] = string.Create(CultureInfo.InvariantCulture, $"wait={patience.TotalSeconds}");
            job = await watch.UntilAsync(job, static job => job.Value.State.IsTerminal(), patience, cancel);
        }

        context.Response.Headers.Location = $"/v1/jobs/{job.Value.Id}";
        return await JobAnswers.AnswerAsync(
            context,
            job,
            gauge,
            job.Value.State.IsTerminal() ? StatusCodes.Status200OK : StatusCodes.Status202Accepted
        );
    }
}
