using System.Security.Cryptography;
using System.Text.Json;
using RoadSeg.Errors;
using RoadSeg.Functions.Api;
using RoadSeg.Functions.Jobs;
using RoadSeg.Jobs;
using RoadSeg.Trainings;
using RoadSeg.Work;

namespace RoadSeg.Functions.Trainings;

/// <summary>Training runs: started and canceled by operators, seen by every caller.</summary>
internal static class TrainingEndpoints
{
    private const int MaxBody = 64 * 1024;
    internal const int MaxWaitSeconds = 60;
    private const double RetrySeconds = 5;
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    public static void MapTrainings(this IEndpointRouteBuilder app)
    {
        app.MapPost("/v1/trainings", StartAsync).DescribeStartTraining();
        app.MapGet("/v1/trainings", ListAsync).DescribeListTrainings();
        app.MapGet("/v1/trainings/{id}", ShowAsync).DescribeGetTraining();
        app.MapDelete("/v1/trainings/{id}", CancelAsync).DescribeCancelTraining();
        app.MapTrainingFiles();
    }

    /// <summary>The run with the id in a path.</summary>
    /// <exception cref="RoadSegException">training-not-found, also for text that is no id.</exception>
    public static async Task<Stored<TrainingRecord>> GetAsync(this TrainingStore runs, string id, CancellationToken cancel) =>
        (WorkId.TryParse(id, out var parsed) ? await runs.FindAsync(parsed, cancel) : null)
        ?? throw new RoadSegException(
            ErrorCodes.TrainingNotFound,
            "There is no training run of this id. Take the id from the answer to POST /v1/trainings or from GET /v1/trainings."
        );

    private static async Task<IResult> StartAsync(HttpContext context, [AsParameters] StartServices services)
    {
        var (callers, operators, plans, keys, time, log) = services;
        var cancel = context.RequestAborted;
        var caller = callers.Of(context.Request);
        operators.Require(caller);
        var request = TrainingPlans.Read(await BodyAsync(context.Request, time, cancel));
        var plan = await plans.ResolveAsync(request, cancel);

        // The key first, as for jobs: a crash from here on leaves the rest to the next request with the key.
        var id = WorkId.New(time);
        if (IdempotencyKeys.Read(context.Request) is { } key)
            id = await keys.ClaimAsync(caller, key, Digest(request), id, cancel);
        var run = await plans.QueueAsync(id, plan, caller, cancel);
        Log.TrainingQueued(log, id, caller, plan.Recipe, plan.Dataset, plan.DatasetVersion);
        context.Response.Headers.Location = $"/v1/trainings/{id}";
        return Answer(context, run, StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> ListAsync(
        string? after,
        string? limit,
        HttpContext context,
        TrainingList list,
        TrainerPresence trainers,
        TimeProvider time
    )
    {
        var cancel = context.RequestAborted;
        var (found, next) = await list.PageAsync(after, IndexPages.Limit(limit), cancel);
        var (count, now) = (await trainers.CountAsync(cancel), time.GetUtcNow());
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Json(
            new TrainingPage(
                [.. found.Select(run => TrainingView.Of(run, TrainingWait.Waits(run, now) ? TrainingWait.Of(run, count) : null))],
                next,
                count
            ),
            TrainingJson.Default.TrainingPage
        );
    }

    private static async Task<IResult> ShowAsync(
        string id,
        HttpContext context,
        TrainingStore runs,
        TrainerPresence trainers,
        TimeProvider time
    )
    {
        var cancel = context.RequestAborted;
        var wait = Waits.Asked(context.Request, MaxWaitSeconds);
        var run = await runs.GetAsync(id, cancel);
        var waits = await WaitsAsync(run, trainers, time, cancel);
        var known = context.Request.Headers.IfNoneMatch.ToString();
        var until = time.GetUtcNow() + (wait ?? TimeSpan.Zero);
        while (
            !run.Value.State.IsTerminal()
            && (known.Length == 0 || known.Contains($"W/\"{Version(run, waits)}\"", StringComparison.Ordinal))
            && until - time.GetUtcNow() is var left
            && left > TimeSpan.Zero
        )
        {
            await Task.Delay(left < LookAgain ? left : LookAgain, time, cancel);
            run = await runs.GetAsync(id, cancel);
            waits = await WaitsAsync(run, trainers, time, cancel);
        }

        return Answer(context, run, StatusCodes.Status200OK, waits);
    }

    private static async Task<IResult> CancelAsync(
        string id,
        HttpContext context,
        CallerKeys callers,
        Operators operators,
        TrainingStore runs,
        ILogger<TrainingStore> log
    )
    {
        var cancel = context.RequestAborted;
        var caller = callers.Of(context.Request);
        operators.Require(caller);
        var run = await runs.GetAsync(id, cancel);
        var canceled = await runs.TryMoveAsync(
            run.Value.Id,
            TrainingState.Canceled,
            static now => now.State.IsTerminal() ? null : now,
            cancel
        );
        if (canceled.Done)
            Log.TrainingCanceled(log, run.Value.Id, caller);
        return Answer(context, canceled.Document ?? run, StatusCodes.Status200OK);
    }

    private static async Task<TrainingWait?> WaitsAsync(
        Stored<TrainingRecord> run,
        TrainerPresence trainers,
        TimeProvider time,
        CancellationToken cancel
    ) => TrainingWait.Waits(run.Value, time.GetUtcNow()) ? TrainingWait.Of(run.Value, await trainers.CountAsync(cancel)) : null;

    private static IResult Answer(HttpContext context, Stored<TrainingRecord> run, int status, TrainingWait? waits = null) =>
        Revalidation.Answer(
            context,
            Version(run, waits),
            run.Value.State.IsTerminal() ? null : RetrySeconds,
            () => TrainingView.Of(run.Value, waits),
            TrainingJson.Default.TrainingView,
            status
        );

    // A trainer that falls silent changes the answer, and no record.
    private static string Version(Stored<TrainingRecord> run, TrainingWait? waits) =>
        run.ETag.ToString().Trim('"') + (waits is null ? "" : $"-waits-{waits.Trainers}");

    private static async Task<byte[]> BodyAsync(HttpRequest request, TimeProvider time, CancellationToken cancel)
    {
        if (!request.HasJsonContentType())
            throw new RoadSegException(ErrorCodes.ContentTypeUnsupported, "Describe the run as application/json.");
        return await RequestBody.ReadAsync(
            request,
            MaxBody,
            time,
            static () => new RoadSegException(ErrorCodes.RequestInvalid, $"The description of a run has at most {MaxBody} bytes."),
            cancel
        );
    }

    // Of what was asked for, not of how it was written.
    private static string Digest(TrainingRequest request)
    {
        var plain = request with
        {
            Settings = request.Settings is null
                ? null
                : new SortedDictionary<string, string>(request.Settings.ToDictionary(), StringComparer.Ordinal),
        };
        return Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(plain, TrainingJson.Default.TrainingRequest)));
    }
}
