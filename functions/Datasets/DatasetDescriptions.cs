using RoadSeg.Datasets;
using RoadSeg.Datasets.Comparison;
using RoadSeg.Datasets.Exports;
using RoadSeg.Errors;
using RoadSeg.Functions.Api.Descriptions;

namespace RoadSeg.Functions.Datasets;

/// <summary>What the OpenAPI document says of the endpoints of <see cref="DatasetEndpoints"/>.</summary>
internal static class DatasetDescriptions
{
    public static RouteHandlerBuilder DescribeListDatasets(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "listDatasets",
                "List the data sets",
                "Every data set by name: where its latest drop stands, and its usable versions."
            )
            .Answers<DatasetList>(StatusCodes.Status200OK)
            .Fails(ErrorCodes.StorageUnavailable);

    public static RouteHandlerBuilder DescribeGetDataset(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "getDataset",
                "Ask for a data set",
                "How far the check of the latest drop is, or how it ended, and the usable versions. Costs one small read."
            )
            .Revalidates()
            .Answers<DatasetView>(StatusCodes.Status200OK)
            .Fails(ErrorCodes.DatasetNotFound);

    public static RouteHandlerBuilder DescribeIssueDatasetUploads(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "issueDatasetUploads",
                "Get addresses to put a data set to",
                "For operators. An address for each file, straight into storage; a file of the same path is replaced. Put dataset.json "
                    + "last: its arrival begins the check."
            )
            .TakesBody<DatasetUploadRequest>(true, "application/json")
            .Answers<DatasetUploadTicket>(StatusCodes.Status200OK)
            .Fails(ErrorCodes.RequestInvalid, ErrorCodes.ContentTypeUnsupported, ErrorCodes.OperatorRequired);

    public static RouteHandlerBuilder DescribeGetDatasetReport(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "getDatasetReport",
                "Get the report of a data set",
                "Of the newest version, or of the latest drop where that cannot be used: pairs, splits, classes, values in the masks, "
                    + "findings."
            )
            .Answers<DatasetReport>(StatusCodes.Status200OK)
            .Fails(ErrorCodes.DatasetNotFound);

    public static RouteHandlerBuilder DescribeGetDatasetPage(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "getDatasetPage",
                "Get the report as a page",
                "One HTML file with samples, class charts and findings. It runs no script and loads nothing."
            )
            .AnswersFile("text/html")
            .Fails(ErrorCodes.DatasetNotFound);

    public static RouteHandlerBuilder DescribeGetDatasetFaults(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "getDatasetFaults",
                "Get every finding",
                "One JSON object a line: kind, file, detail, pixels. The report lists the first of each kind."
            )
            .AnswersFile("application/x-ndjson")
            .Fails(ErrorCodes.DatasetNotFound);

    public static RouteHandlerBuilder DescribeGetDatasetVersionReport(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe("getDatasetVersionReport", "Get the report of a version", "As the report of the data set, of the version named.")
            .Answers<DatasetReport>(StatusCodes.Status200OK)
            .Fails(ErrorCodes.DatasetNotFound);

    public static RouteHandlerBuilder DescribeGetDatasetVersionPage(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "getDatasetVersionPage",
                "Get the report of a version as a page",
                "As the page of the data set, of the version named."
            )
            .AnswersFile("text/html")
            .Fails(ErrorCodes.DatasetNotFound);

    public static RouteHandlerBuilder DescribeCompareDatasetVersions(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "compareDatasetVersions",
                "Compare two versions",
                "From this version to a later one of the same set: photos that came, went or were relabelled, pixels by class before and "
                    + "after. Of versions of up to 1 GiB; larger ones are compared by the command line."
            )
            .Requires("to", "The later version.")
            .Answers<DatasetComparison>(StatusCodes.Status200OK)
            .Fails(ErrorCodes.RequestInvalid, ErrorCodes.DatasetNotFound, ErrorCodes.CuratedSetInvalid);

    public static RouteHandlerBuilder DescribeCompareDatasetVersionsPage(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "compareDatasetVersionsPage",
                "Compare two versions on a page",
                "The comparison as one HTML file with the most changed photos. It runs no script and loads nothing."
            )
            .Requires("to", "The later version.")
            .AnswersFile("text/html")
            .Fails(ErrorCodes.RequestInvalid, ErrorCodes.DatasetNotFound, ErrorCodes.CuratedSetInvalid);

    public static RouteHandlerBuilder DescribeExportDatasetVersion(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "exportDatasetVersion",
                "Export a version to a labelling tool",
                "Photos and labels of the version as the tool imports them, in a zip. Photos have the size of the version. Of versions of "
                    + "up to 1 GiB; larger ones are exported by the command line."
            )
            .Takes(
                "to",
                "Labelling tool, or form, that the archive is for; it has to be said.",
                ParameterForms.OneOf("ExportForm", ExportFormats.All.Select(format => format.Name))
            )
            .AnswersFile("application/zip")
            .Fails(
                ErrorCodes.RequestInvalid,
                ErrorCodes.DatasetNotFound,
                ErrorCodes.DatasetInvalid,
                ErrorCodes.MaskTooComplex,
                ErrorCodes.CuratedSetInvalid
            );
}
