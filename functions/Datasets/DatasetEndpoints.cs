using System.Text.Json;
using RoadSeg.Datasets;
using RoadSeg.Datasets.Curation;
using RoadSeg.Errors;
using RoadSeg.Functions.Api;

namespace RoadSeg.Functions.Datasets;

/// <summary>Data sets and their reports. They belong to the deployment, not to a caller.</summary>
internal static class DatasetEndpoints
{
    // The report shows names of a stranger's files: whatever should slip through can neither run nor ask any network.
    private const string PagePolicy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox";

    public static void MapDatasets(this IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/datasets", ListAsync)
            .Describe(
                "listDatasets",
                "List the data sets",
                "Every data set by name: where its latest drop stands, and its usable versions."
            )
            .Answers<DatasetList>(StatusCodes.Status200OK)
            .Fails(ErrorCodes.StorageUnavailable);
        app.MapGet("/v1/datasets/{name}", ShowAsync)
            .Describe(
                "getDataset",
                "Ask for a data set",
                "How far the check of the latest drop is, or how it ended, and the usable versions. Costs one small read."
            )
            .Revalidates()
            .Answers<DatasetView>(StatusCodes.Status200OK)
            .Fails(ErrorCodes.DatasetNotFound);
        app.MapGet("/v1/datasets/{name}/report", (string name, HttpContext context, DatasetFiles files) =>
                files.LatestAsync(context, name, DatasetReport.FileName)
            )
            .Describe(
                "getDatasetReport",
                "Get the report of a data set",
                "Of the newest version, or of the latest drop where that cannot be used: pairs, splits, classes, values in the masks, "
                    + "findings."
            )
            .Answers<DatasetReport>(StatusCodes.Status200OK)
            .Fails(ErrorCodes.DatasetNotFound);
        app.MapGet("/v1/datasets/{name}/report.html", (string name, HttpContext context, DatasetFiles files) =>
                PageAsync(context, files.LatestAsync(context, name, DatasetCurator.PageFile))
            )
            .Describe(
                "getDatasetPage",
                "Get the report as a page",
                "One HTML file with samples, class charts and findings. It runs no script and loads nothing."
            )
            .AnswersFile("text/html")
            .Fails(ErrorCodes.DatasetNotFound);
        app.MapGet("/v1/datasets/{name}/faults", (string name, HttpContext context, DatasetFiles files) =>
                files.LatestAsync(context, name, DatasetCurator.FaultsFile)
            )
            .Describe(
                "getDatasetFaults",
                "Get every finding",
                "One JSON object a line: kind, file, detail, pixels. The report lists the first of each kind."
            )
            .AnswersFile("application/x-ndjson")
            .Fails(ErrorCodes.DatasetNotFound);
        app.MapGet(
                "/v1/datasets/{name}/versions/{version}/report",
                (string name, string version, HttpContext context, DatasetFiles files) =>
                    files.OfVersionAsync(context, name, version, DatasetReport.FileName)
            )
            .Describe("getDatasetVersionReport", "Get the report of a version", "As the report of the data set, of the version named.")
            .Answers<DatasetReport>(StatusCodes.Status200OK)
            .Fails(ErrorCodes.DatasetNotFound);
        app.MapGet(
                "/v1/datasets/{name}/versions/{version}/report.html",
                (string name, string version, HttpContext context, DatasetFiles files) =>
                    PageAsync(context, files.OfVersionAsync(context, name, version, DatasetCurator.PageFile))
            )
            .Describe(
                "getDatasetVersionPage",
                "Get the report of a version as a page",
                "As the page of the data set, of the version named."
            )
            .AnswersFile("text/html")
            .Fails(ErrorCodes.DatasetNotFound);
    }

    private static async Task<IResult> ListAsync(HttpContext context, DatasetStore store, ILoggerFactory logs)
    {
        var (items, cancel) = (new List<DatasetView>(), context.RequestAborted);
        await foreach (var name in store.NamesAsync(cancel))
        {
            try
            {
                if (await store.FindAsync(name, cancel) is { Value: var set })
                    items.Add(DatasetView.Of(set));
            }
            catch (JsonException e)
            {
                Log.RecordUnreadable(logs.CreateLogger("RoadSeg.Api"), name, e);
            }
        }

        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Json(new DatasetList(items), DatasetRecordJson.Default.DatasetList);
    }

    private static async Task<IResult> ShowAsync(string name, HttpContext context, DatasetFiles files)
    {
        var set = await files.FindAsync(name, context.RequestAborted);
        return Revalidation.Answer(
            context,
            set.ETag.ToString().Trim('"'),
            set.Value.State == DatasetState.Checking ? 1 : null,
            () => DatasetView.Of(set.Value),
            DatasetRecordJson.Default.DatasetView
        );
    }

    private static async Task<IResult> PageAsync(HttpContext context, Task<IResult> page)
    {
        var answer = await page;
        context.Response.Headers.ContentSecurityPolicy = PagePolicy;
        return answer;
    }
}
