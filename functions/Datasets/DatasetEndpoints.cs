using System.Text.Json;
using RoadSeg.Datasets;
using RoadSeg.Datasets.Comparison;
using RoadSeg.Datasets.Curation;
using RoadSeg.Datasets.Exports;
using RoadSeg.Errors;
using RoadSeg.Functions.Api;

namespace RoadSeg.Functions.Datasets;

/// <summary>Data sets and their reports. They belong to the deployment, not to a caller.</summary>
internal static class DatasetEndpoints
{
    // The report shows file names that a user chose: whatever should slip through can neither run nor ask any network.
    private const string PagePolicy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox";

    public static void MapDatasets(this IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/datasets", ListAsync).DescribeListDatasets();
        app.MapGet("/v1/datasets/{name}", ShowAsync).DescribeGetDataset();
        app.MapPost("/v1/datasets/{name}/uploads", IssueAsync).DescribeIssueDatasetUploads();
        app.MapGet("/v1/datasets/{name}/report", (string name, HttpContext context, DatasetFiles files) =>
                files.LatestAsync(context, name, DatasetReport.FileName)
            )
            .DescribeGetDatasetReport();
        app.MapGet("/v1/datasets/{name}/report.html", (string name, HttpContext context, DatasetFiles files) =>
                PageAsync(context, files.LatestAsync(context, name, DatasetCurator.PageFile))
            )
            .DescribeGetDatasetPage();
        app.MapGet("/v1/datasets/{name}/faults", (string name, HttpContext context, DatasetFiles files) =>
                files.LatestAsync(context, name, DatasetCurator.FaultsFile)
            )
            .DescribeGetDatasetFaults();
        app.MapGet(
                "/v1/datasets/{name}/versions/{version}/report",
                (string name, string version, HttpContext context, DatasetFiles files) =>
                    files.OfVersionAsync(context, name, version, DatasetReport.FileName)
            )
            .DescribeGetDatasetVersionReport();
        app.MapGet(
                "/v1/datasets/{name}/versions/{version}/report.html",
                (string name, string version, HttpContext context, DatasetFiles files) =>
                    PageAsync(context, files.OfVersionAsync(context, name, version, DatasetCurator.PageFile))
            )
            .DescribeGetDatasetVersionPage();
        app.MapGet("/v1/datasets/{name}/versions/{version}/export", ExportAsync).DescribeExportDatasetVersion();
        app.MapGet(
                "/v1/datasets/{name}/versions/{version}/diff",
                (string name, string version, string? to, HttpContext context, VersionDiff diff) =>
                    DiffAsync(context, diff, name, version, to, DatasetComparer.JsonFile, "application/json")
            )
            .DescribeCompareDatasetVersions();
        app.MapGet(
                "/v1/datasets/{name}/versions/{version}/diff.html",
                (string name, string version, string? to, HttpContext context, VersionDiff diff) =>
                    PageAsync(context, DiffAsync(context, diff, name, version, to, DatasetComparer.PageFile, "text/html; charset=utf-8"))
            )
            .DescribeCompareDatasetVersionsPage();
    }

    private static async Task<IResult> DiffAsync(
        HttpContext context,
        VersionDiff diff,
        string name,
        string version,
        string? to,
        string file,
        string contentType
    )
    {
        if (to is null)
            throw new RoadSegException(ErrorCodes.RequestInvalid, "Name the later version as the parameter 'to'.");
        var found = await diff.WriteAsync(name, version, to, file, context.RequestAborted);
        context.Response.Headers.CacheControl = "private, no-cache";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return TypedResults.Stream(found, contentType);
    }

    private static async Task<IResult> ExportAsync(string name, string version, string? to, HttpContext context, VersionExport export)
    {
        var format = ExportFormats.Find(to ?? "");
        var archive = await export.WriteAsync(name, version, format, context.RequestAborted);
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Stream(archive, "application/zip", $"{name}-{format.Name}.zip");
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

    private static async Task<IResult> IssueAsync(
        string name,
        HttpContext context,
        CallerKeys callers,
        Operators operators,
        DatasetUploads uploads
    )
    {
        operators.Require(callers.Of(context.Request));
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Json(
            await uploads.IssueAsync(name, context.Request, context.RequestAborted),
            DatasetRecordJson.Plain.DatasetUploadTicket
        );
    }

    private static async Task<IResult> PageAsync(HttpContext context, Task<IResult> page)
    {
        var answer = await page;
        context.Response.Headers.ContentSecurityPolicy = PagePolicy;
        return answer;
    }
}
