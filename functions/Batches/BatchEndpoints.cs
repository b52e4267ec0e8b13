using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using RoadSeg.Batches;
using RoadSeg.Errors;
using RoadSeg.Functions.Api;
using RoadSeg.Functions.Jobs;
using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Functions.Batches;

/// <summary>/v1/batches: many photos as one.</summary>
internal static class BatchEndpoints
{
    internal const int MostWaited = 60;
    private const double RetrySeconds = 2;
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    public static void MapBatches(this IEndpointRouteBuilder app)
    {
        app.MapPost("/v1/batches", AskAsync).DescribeStartBatch();
        app.MapGet("/v1/batches", ListAsync).DescribeListBatches();
        app.MapGet("/v1/batches/{id}", ShowAsync).DescribeGetBatch();
        app.MapDelete("/v1/batches/{id}", CancelAsync).DescribeCancelBatch();
        app.MapPost("/v1/batches/{id}/retry", RetryAsync).DescribeRetryBatch();
        app.MapBatchItems();
        app.MapBatchArchives();
        app.MapBatchClips();
    }

    private static async Task<IResult> AskAsync(HttpContext context, [AsParameters] AskServices services)
    {
        var (callers, operators, keys, models, start, store, clips, time) = services;
        var cancel = context.RequestAborted;
        var caller = callers.Of(context.Request);
        var key = IdempotencyKeys.Read(context.Request);
        var request = await JsonBody.ReadAsync(
            context.Request,
            BatchStart.MaxBody,
            static () => new RoadSegException(ErrorCodes.RequestInvalid, $"The body has at most {BatchStart.MaxBody} bytes."),
            BatchRequestJson.Default.BatchRequest,
            BatchStart.Described,
            "{\"prefix\": \"drive-7/\"}",
            time,
            cancel
        );

        // What lies in the container for drops is no caller's own.
        if (request.Of is null && request.Clip?.Key is null)
            operators.Require(caller);
        var now = time.GetUtcNow();
        var asked = new BatchRecord
        {
            Id = WorkId.New(time, caller),
            State = BatchState.Listing,
            Caller = caller,
            Source = new BatchSource(),
            CreatedAt = now,
            SteppedAt = now,
            TraceParent = JobTrace.Current?.Id,
        };
        var batch = start.Checked(asked, request, null);
        var said = JsonSerializer.SerializeToUtf8Bytes(request, BatchRequestJson.Default.BatchRequest);
        var digest = Convert.ToHexStringLower(SHA256.HashData([.. "batch"u8, .. said]));

        // What was asked for with the key is answered whatever came of its photos since: a video is gone once its frames are taken.
        if (
            key is not null
            && await keys.FindAsync(caller, key, digest, cancel) is { } before
            && (await store.FindAsync(before, cancel))?.Value is { } there
        )
            return Accepted(context, there);

        await models.RequireAsync(batch.Model, cancel);
        await models.RequireClassesAsync(batch.Model, batch.Privacy, batch.Redact, cancel);
        if (request.Prefix is { } prefix)
            await start.RequirePhotoAsync(prefix, cancel);
        if (batch.Source.Clip is { } clip)
            await clips.RequireAsync(clip, cancel);

        // The key stands for this request and names its batch: a crash from here on leaves the rest to the next request with the key.
        if (key is not null)
            batch = batch with { Id = await keys.ClaimAsync(caller, key, digest, batch.Id, cancel) };
        return Accepted(context, await start.BeginAsync(batch, request, null, cancel));
    }

    private static JsonHttpResult<BatchView> Accepted(HttpContext context, BatchRecord batch)
    {
        context.Response.Headers.Location = BatchView.AddressOf(batch.Id);
        return TypedResults.Json(BatchView.Of(batch), BatchJson.Plain.BatchView, statusCode: StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> ListAsync(string? after, string? limit, HttpContext context, CallerKeys callers, BatchList batches)
    {
        var (found, next) = await batches.PageAsync(callers.Of(context.Request), after, IndexPages.Limit(limit), context.RequestAborted);
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Json(new BatchPage([.. found.Select(BatchView.Of)], next), BatchJson.Plain.BatchPage);
    }

    private static async Task<IResult> ShowAsync(
        string id,
        HttpContext context,
        CallerKeys callers,
        BatchList batches,
        BatchStore store,
        TimeProvider time
    )
    {
        var cancel = context.RequestAborted;
        var wait = Waits.Asked(context.Request, MostWaited);
        var batch = await batches.GetAsync(callers.Of(context.Request), id, cancel);
        var known = context.Request.Headers.IfNoneMatch.ToString();
        for (
            var until = time.GetUtcNow() + (wait ?? TimeSpan.Zero);
            batch.Value.HasSteps
                && (known.Length == 0 || known.Contains(Version(batch), StringComparison.Ordinal))
                && time.GetUtcNow() < until;

        )
        {
            await Task.Delay(Look, time, cancel);
            batch = await store.FindAsync(batch.Value.Id, cancel) ?? batch;
        }

        return Answer(context, batch, StatusCodes.Status200OK);
    }

    private static async Task<IResult> CancelAsync(string id, HttpContext context, CallerKeys callers, BatchList batches, BatchStore store)
    {
        var cancel = context.RequestAborted;
        var batch = await batches.GetAsync(callers.Of(context.Request), id, cancel);
        var change = default(Change<BatchRecord>);
        foreach (
            var (from, to) in ((BatchState, BatchState)[])
                [(BatchState.Listing, BatchState.Canceled), (BatchState.Running, BatchState.Canceling)]
        )
        {
            change = await store.TryMoveAsync(batch.Value.Id, to, now => now.State == from ? now : null, cancel);
            if (change.Done)
                break;
        }

        return Answer(context, change.Document ?? batch, StatusCodes.Status200OK);
    }

    private static async Task<IResult> RetryAsync(
        string id,
        HttpContext context,
        CallerKeys callers,
        BatchList batches,
        BatchStore store,
        BatchClips clips
    )
    {
        var cancel = context.RequestAborted;
        var batch = (await batches.GetAsync(callers.Of(context.Request), id, cancel)).Value;
        if (batch.State is not (BatchState.Completed or BatchState.Canceled) || batch.StartedAt is null)
            throw new RoadSegException(
                ErrorCodes.BatchNotEnded,
                BatchRecord.HasEnded(batch.State)
                    ? "The batch ended before its photos were listed. Ask for it again: POST /v1/batches."
                    : "Photos of a batch are tried again when it has ended: wait for its end, or cancel it."
            );
        if (batch.Round + 1 >= BatchItems.MostRounds)
            throw new RoadSegException(
                ErrorCodes.RequestInvalid,
                $"A photo is tried {BatchItems.MostRounds} times at most. Make a new batch."
            );
        var round = batch.Round;
        var taken = await store.TakeUpAsync(
            batch.Id,
            BatchState.Running,
            now =>
                now.State is (BatchState.Completed or BatchState.Canceled) && now.Round == round
                    ? now with
                    {
                        Round = round + 1,
                        Next = 0,
                        Manifested = 0,
                        Pace = null,
                        Clip = now.Clip is { } clip ? clip with { Overlay = null } : null,

                        // An archive that is being made is begun anew: what succeeds now may lie before where it had come to.
                        Archives =
                        [
                            .. now.Archives.Select(static archive =>
                                archive.FinishedAt is null ? archive with { Next = 0, Parts = [] } : archive
                            ),
                        ],
                        WebhookOfShare = null,
                        Webhook = now.Webhook is { } webhook ? new JobWebhook { Url = webhook.Url } : null,
                    }
                    : null,
            cancel
        );
        if (taken.Done && batch.Clip is not null)
            await clips.DeleteOverlaysAsync(batch.Id, cancel);
        context.Response.Headers.Location = BatchView.AddressOf(batch.Id);
        return Answer(context, taken.Document!, StatusCodes.Status202Accepted);
    }

    internal static IResult Answer(HttpContext context, Stored<BatchRecord> batch, int status) =>
        Revalidation.Answer(
            context,
            Version(batch),
            batch.Value.HasSteps ? RetrySeconds : null,
            () => BatchView.Of(batch.Value),
            BatchJson.Plain.BatchView,
            status
        );

    private static string Version(Stored<BatchRecord> batch) => batch.ETag.ToString().Trim('"');
}
