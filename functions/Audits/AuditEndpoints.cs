using System.Globalization;
using RoadSeg.Datasets.Audits;
using RoadSeg.Errors;
using RoadSeg.Functions.Api;
using RoadSeg.Functions.Datasets;
using RoadSeg.Functions.Models;
using RoadSeg.Labels;
using RoadSeg.Models;
using RoadSeg.Work;

namespace RoadSeg.Functions.Audits;

/// <summary>Audits of data sets' versions: asked for and canceled by operators, seen by every caller.</summary>
internal static class AuditEndpoints
{
    internal const int MostListed = 200;
    internal const int Listed = 50;
    private const int MaxBody = 4096;
    private const double RetrySeconds = 2;

    public static void MapAudits(this IEndpointRouteBuilder app)
    {
        const string Audit = "/v1/datasets/{name}/versions/{version}/audit";
        app.MapPost(Audit, AskAsync).DescribeStartDatasetAudit();
        app.MapGet(Audit, ShowAsync).DescribeGetDatasetAudit();
        app.MapDelete(Audit, CancelAsync).DescribeCancelDatasetAudit();
        app.MapGet(Audit + "/regions", RegionsAsync).DescribeListDisputedRegions();
        app.MapGet(Audit + "/crops/{file}", CropAsync).DescribeGetDisputedRegionPicture();
    }

    private static async Task<IResult> AskAsync(string name, string version, HttpContext context, [AsParameters] AuditServices services)
    {
        var (callers, operators, models, versions, store, time, log) = services;
        var cancel = context.RequestAborted;
        var caller = callers.Of(context.Request);
        operators.Require(caller);
        var request = await JsonBody.ReadAsync(
            context.Request,
            MaxBody,
            static () => new RoadSegException(ErrorCodes.RequestInvalid, $"The body has at most {MaxBody} bytes."),
            AuditJson.Default.AuditRequest,
            "a JSON object with model, optional",
            "{\"model\": \"name@version\"}, or no body,",
            time,
            cancel,
            new AuditRequest()
        );
        var set = await versions.ManifestAsync(name, version, cancel);
        var model = await models.PickAsync(request.Model, cancel);

        // What could not be audited is refused now, not when its turn comes.
        _ = new LabelAuditor(set.Labels, model, ClassNames.Read(null), AuditDataset.Options);
        var audit = await store.AskAsync(name, version, ModelPin.Of(model), caller, cancel);
        Log.AuditAsked(log, name, version, audit.Value.Model.ToString(), caller);
        context.Response.Headers.Location = AuditView.AddressOf(name, version);
        return Answer(context, audit, StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> ShowAsync(string name, string version, HttpContext context, DatasetFiles sets, AuditStore store) =>
        Answer(context, await FindAsync(name, version, sets, store, context.RequestAborted), StatusCodes.Status200OK);

    private static async Task<IResult> CancelAsync(
        string name,
        string version,
        HttpContext context,
        CallerKeys callers,
        Operators operators,
        DatasetFiles sets,
        AuditStore store
    )
    {
        var cancel = context.RequestAborted;
        operators.Require(callers.Of(context.Request));
        var audit = await FindAsync(name, version, sets, store, cancel);
        var canceled = await store.TryMoveAsync(
            name,
            version,
            AuditState.Canceled,
            static now => AuditRecord.HasEnded(now.State) ? null : now,
            cancel
        );
        return Answer(context, canceled.Document ?? audit, StatusCodes.Status200OK);
    }

    private static async Task<IResult> RegionsAsync(
        string name,
        string version,
        string? after,
        string? limit,
        HttpContext context,
        DatasetFiles sets,
        AuditStore store,
        AuditFiles files
    )
    {
        var cancel = context.RequestAborted;
        var (from, most) = (Whole("after", after, 0, 0, int.MaxValue), Whole("limit", limit, Listed, 1, MostListed));
        var audit = await SucceededAsync(name, version, sets, store, cancel);
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Json(
            AuditRegionPage.Of(await files.FoundAsync(audit, cancel), from, most, AuditDataset.Options.Pictured),
            AuditJson.Default.AuditRegionPage
        );
    }

    private static async Task<IResult> CropAsync(
        string name,
        string version,
        string file,
        HttpContext context,
        DatasetFiles sets,
        AuditStore store,
        AuditFiles files
    )
    {
        var cancel = context.RequestAborted;
        var audit = await SucceededAsync(name, version, sets, store, cancel);
        var crop = await files.CropAsync(audit, file, cancel)
            ?? throw new RoadSegException(
                ErrorCodes.AuditNotFound,
                "The audit has no such picture; its regions link to those that there are."
            );
        context.Response.Headers.CacheControl = "private, no-cache";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return TypedResults.Bytes(crop.ToMemory(), "image/png");
    }

    private static async Task<AuditRecord> SucceededAsync(
        string name,
        string version,
        DatasetFiles sets,
        AuditStore store,
        CancellationToken cancel
    )
    {
        var audit = (await FindAsync(name, version, sets, store, cancel)).Value;
        return audit.State == AuditState.Succeeded
            ? audit
            : throw new RoadSegException(
                ErrorCodes.ResultNotReady,
                $"The audit is {audit.State.ToString().ToLowerInvariant()}: its regions are there once it has succeeded."
            );
    }

    private static async Task<Stored<AuditRecord>> FindAsync(
        string name,
        string version,
        DatasetFiles sets,
        AuditStore store,
        CancellationToken cancel
    )
    {
        await sets.RequireVersionAsync(name, version, cancel);
        return await store.FindAsync(name, version, cancel)
            ?? throw new RoadSegException(
                ErrorCodes.AuditNotFound,
                "No audit of this version was asked for; POST to this address asks for one."
            );
    }

    private static int Whole(string name, string? text, int standard, int least, int most) =>
        text is null ? standard
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most ? value
        : throw new RoadSegException(
            ErrorCodes.RequestInvalid,
            string.Create(CultureInfo.InvariantCulture, $"The parameter '{name}' is a number from {least} to {most}.")
        );

    private static IResult Answer(HttpContext context, Stored<AuditRecord> audit, int status) =>
        Revalidation.Answer(
            context,
            audit.ETag.ToString().Trim('"'),
            AuditRecord.HasEnded(audit.Value.State) ? null : RetrySeconds,
            () => AuditView.Of(audit.Value),
            AuditJson.Default.AuditView,
            status
        );
}
