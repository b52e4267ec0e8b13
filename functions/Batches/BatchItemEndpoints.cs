using System.Globalization;
using System.Text;
using System.Text.Json;
using RoadSeg.Batches;
using RoadSeg.Capture;
using RoadSeg.Errors;
using RoadSeg.Functions.Api;
using RoadSeg.Jobs;

namespace RoadSeg.Functions.Batches;

/// <summary>The photos of a batch, page by page and as a manifest.</summary>
internal static class BatchItemEndpoints
{
    /// <summary>Names of <see cref="BatchStanding"/> in parameters.</summary>
    public static readonly IReadOnlyDictionary<string, BatchStanding> Standings = new Dictionary<string, BatchStanding>
    {
        ["waiting"] = BatchStanding.Waiting,
        ["under-way"] = BatchStanding.UnderWay,
        ["succeeded"] = BatchStanding.Succeeded,
        ["failed"] = BatchStanding.Failed,
        ["canceled"] = BatchStanding.Canceled,
    };

    // Of photos without a place a page of places may find few: then it ends early, with a place to go on from.
    private const int MostRead = 1000;

    public static void MapBatchItems(this IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/batches/{id}/items", PageAsync).DescribeListBatchItems();
        app.MapGet("/v1/batches/{id}/manifest", ManifestAsync).DescribeGetBatchManifest();
    }

    private static async Task<IResult> PageAsync(
        string id,
        string? state,
        string? bbox,
        string? format,
        string? after,
        string? limit,
        HttpContext context,
        CallerKeys callers,
        BatchList batches,
        BatchTallies tallies,
        BatchReader reader
    )
    {
        var cancel = context.RequestAborted;
        BatchStanding? wanted = null;
        if (state is not null)
            wanted = Standings.TryGetValue(state, out var standing)
                ? standing
                : throw Invalid($"The parameter 'state' is one of {string.Join(", ", Standings.Keys)}.");
        if (format is not (null or "json" or "geojson"))
            throw Invalid("The parameter 'format' is 'json' or 'geojson'.");
        var geo = format == "geojson";
        var box = bbox is null ? null : GeoBox.Parse(bbox) ?? throw Invalid($"The parameter 'bbox' is {GeoBox.Form}.");
        var most = IndexPages.Limit(limit);
        var from = 0;
        if (
            after is not null
            && (!int.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out from) || from > BatchItems.Most)
        )
            throw IndexPages.Foreign();
        var batch = (await batches.GetAsync(callers.Of(context.Request), id, cancel)).Value;
        context.Response.Headers.CacheControl = "no-store";

        // While it is listing its photos are not known.
        var total = batch.State is BatchState.Listing or BatchState.Failed ? 0 : batch.Total;
        var tally = total == 0 ? null : await tallies.OfAsync(batch, cancel);
        var (items, jobs, read, next) = (new List<BatchItemView>(), new List<JobRecord>(), 0, from);
        while (next < total && items.Count < most && read < MostRead)
        {
            var indexes = new List<int>(most);
            for (; next < total && indexes.Count < most; next++)
            {
                if (wanted is null || tally!.StandingOf(batch, next) == wanted)
                    indexes.Add(next);
            }

            read += indexes.Count;
            foreach (var item in await reader.ReadAsync(batch, tally!, indexes, cancel))
            {
                if (
                    (geo || box is not null)
                    && (item.Job is not { ErasedAt: null, Captured.Position: { } place } || box?.Contains(place) == false)
                )
                    continue;
                if (items.Count == most)
                {
                    next = item.Index;
                    break;
                }

                items.Add(BatchReader.View(batch, tally!, item));
                if (item.Job is not null)
                    jobs.Add(item.Job);
            }
        }

        var rest = next < total ? next.ToString(CultureInfo.InvariantCulture) : null;
        return geo
            ? TypedResults.Json(JobFeatures.Of(jobs, rest), JobJson.Plain.JobFeatures, "application/geo+json")
            : TypedResults.Json(new BatchItemPage(items, rest), BatchJson.Plain.BatchItemPage);
    }

    private static async Task<IResult> ManifestAsync(
        string id,
        string? format,
        HttpContext context,
        CallerKeys callers,
        BatchList batches,
        BatchTallies tallies,
        BatchManifests manifests
    )
    {
        var cancel = context.RequestAborted;
        if (format is not (null or "jsonl" or "csv"))
            throw Invalid("The parameter 'format' is 'jsonl' or 'csv'.");
        var batch = (await batches.GetAsync(callers.Of(context.Request), id, cancel)).Value;
        if (batch.State is BatchState.Listing or BatchState.Failed)
            throw new RoadSegException(
                ErrorCodes.BatchNotEnded,
                batch.State == BatchState.Failed
                    ? "The batch failed before its photos were listed: it has no manifest."
                    : "The photos of the batch are still being listed; ask again in a second."
            );
        var tally = await tallies.OfAsync(batch, cancel);
        var lists = BatchItems.Lists(batch.Total);
        context.Response.Headers.CacheControl = "private, no-cache";
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"batch-{batch.Id}.{format ?? "jsonl"}\"";
        return format == "csv"
            ? TypedResults.Stream(CsvAsync, "text/csv; charset=utf-8")
            : TypedResults.Stream(LinesAsync, "application/jsonl");

        async Task LinesAsync(Stream answer)
        {
            for (var list = 0; list < lists; list++)
            {
                using var part = new MemoryStream();
                foreach (var item in await manifests.PartAsync(batch, tally, list, cancel))
                {
                    JsonSerializer.Serialize(part, item, BatchJson.Plain.BatchItemView);
                    part.WriteByte((byte)'\n');
                }

                part.Position = 0;
                await part.CopyToAsync(answer, cancel);
            }
        }

        // The columns are known when all is read: twice, so that nothing is held.
        async Task CsvAsync(Stream answer)
        {
            var classes = new SortedSet<string>(StringComparer.Ordinal);
            for (var list = 0; list < lists; list++)
                classes.UnionWith((await manifests.PartAsync(batch, tally, list, cancel)).SelectMany(item => item.Shares?.Keys ?? []));
            var csv = new BatchCsv([.. classes]);
            await answer.WriteAsync(Encoding.UTF8.GetBytes(csv.Header), cancel);
            for (var list = 0; list < lists; list++)
            {
                var part = new StringBuilder();
                foreach (var item in await manifests.PartAsync(batch, tally, list, cancel))
                    part.Append(csv.Line(item));
                await answer.WriteAsync(Encoding.UTF8.GetBytes(part.ToString()), cancel);
            }
        }
    }

    private static RoadSegException Invalid(string detail) => new(ErrorCodes.RequestInvalid, detail);
}
