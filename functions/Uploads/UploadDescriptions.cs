using RoadSeg.Errors;
using RoadSeg.Functions.Api.Descriptions;
using RoadSeg.Jobs;

namespace RoadSeg.Functions.Uploads;

/// <summary>What the OpenAPI document says of the endpoints of <see cref="UploadEndpoints"/>.</summary>
internal static class UploadDescriptions
{
    public static RouteHandlerBuilder DescribeIssueUploadKey(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "issueUploadKey",
                "Get an upload key",
                "Makes a job and an address to PUT its photo to, straight into storage. The job exists from now on; it expires when no "
                    + "photo comes."
            )
            .TakesBody<UploadRequest>(false, "application/json")
            .TakesHeader(
                "Idempotency-Key",
                "The same key with the same request gets an address for the same job, for what is left of the first one's time.",
                ParameterForms.Key
            )
            .Answers<UploadTicket>(StatusCodes.Status201Created)
            .Sends("Location", "Address of the job, relative to the service.", StatusCodes.Status201Created)
            .Fails(
                ErrorCodes.RequestInvalid,
                ErrorCodes.ContentTypeUnsupported,
                ErrorCodes.ModelNotFound,
                ErrorCodes.RedactionUnavailable,
                ErrorCodes.WebhooksDisabled,
                ErrorCodes.WebhookUrlInvalid,
                ErrorCodes.IdempotencyConflict,
                ErrorCodes.TooManyJobs,
                ErrorCodes.QueueFull
            );
}
