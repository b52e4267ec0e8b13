using RoadSeg.Datasets.Audits;
using RoadSeg.Errors;
using RoadSeg.Functions.Api.Descriptions;

namespace RoadSeg.Functions.Audits;

/// <summary>What the OpenAPI document says of the endpoints of <see cref="AuditEndpoints"/>.</summary>
internal static class AuditDescriptions
{
    public static RouteHandlerBuilder DescribeStartDatasetAudit(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "startDatasetAudit",
                "Ask for an audit of a version",
                "For operators. Holds the labels against a model and ranks the regions that it disputes. Photos that somebody waits for go "
                    + "first. While an audit with the same model has not ended the answer is that one; one that has ended is replaced."
            )
            .TakesBody<AuditRequest>(false, "application/json")
            .Sends("Location", "Address of the audit.", StatusCodes.Status202Accepted)
            .SendsVersion(StatusCodes.Status202Accepted)
            .Answers<AuditView>(StatusCodes.Status202Accepted)
            .Fails(
                ErrorCodes.RequestInvalid,
                ErrorCodes.ContentTypeUnsupported,
                ErrorCodes.OperatorRequired,
                ErrorCodes.DatasetNotFound,
                ErrorCodes.CuratedSetInvalid,
                ErrorCodes.ModelNotFound,
                ErrorCodes.ModelInvalid,
                ErrorCodes.ClassesUnmatched,
                ErrorCodes.ConfidenceUnavailable,
                ErrorCodes.AuditRunning
            );

    public static RouteHandlerBuilder DescribeGetDatasetAudit(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe("getDatasetAudit", "Ask for the audit of a version", "How far the latest audit of the version is, or how it ended.")
            .Revalidates()
            .Answers<AuditView>(StatusCodes.Status200OK)
            .Fails(ErrorCodes.DatasetNotFound, ErrorCodes.AuditNotFound);

    public static RouteHandlerBuilder DescribeCancelDatasetAudit(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe("cancelDatasetAudit", "Cancel the audit of a version", "For operators. One that has ended stays as it ended.")
            .SendsVersion(StatusCodes.Status200OK)
            .Answers<AuditView>(StatusCodes.Status200OK)
            .Fails(ErrorCodes.OperatorRequired, ErrorCodes.DatasetNotFound, ErrorCodes.AuditNotFound);

    public static RouteHandlerBuilder DescribeListDisputedRegions(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "listDisputedRegions",
                "List the regions that a model disputes",
                "What the audit found: disputed pixels by class, and the regions, the worst first, page by page."
            )
            .Takes("after", "The next of the page before.", ParameterForms.Whole(0, int.MaxValue, 0))
            .Takes("limit", "Regions of a page at most.", ParameterForms.Whole(1, AuditEndpoints.MostListed, AuditEndpoints.Listed))
            .Answers<AuditRegionPage>(StatusCodes.Status200OK)
            .Fails(ErrorCodes.RequestInvalid, ErrorCodes.DatasetNotFound, ErrorCodes.AuditNotFound, ErrorCodes.ResultNotReady);

    public static RouteHandlerBuilder DescribeGetDisputedRegionPicture(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "getDisputedRegionPicture",
                "See a region that a model disputes",
                "Photo, labels and model side by side, each with the region's outline in white."
            )
            .AnswersFile("image/png")
            .Fails(ErrorCodes.DatasetNotFound, ErrorCodes.AuditNotFound, ErrorCodes.ResultNotReady);
}
