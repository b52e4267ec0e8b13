using RoadSeg.Errors;
using RoadSeg.Functions.Api.Descriptions;
using RoadSeg.Jobs;

namespace RoadSeg.Functions.Webhooks;

/// <summary>What the OpenAPI document says of the endpoint of <see cref="WebhookEndpoints"/>.</summary>
internal static class WebhookDescriptions
{
    public static RouteHandlerBuilder DescribeTestWebhook(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "testWebhook",
                "Send a test event to a webhook",
                "Makes one call to the address, signed as every webhook is, with type webhook.test and no job, and says what came of it. "
                    + "Nothing is tried again."
            )
            .TakesBody<WebhookTestRequest>(true, "application/json")
            .Answers<WebhookTestResult>(StatusCodes.Status200OK)
            .Fails(
                ErrorCodes.RequestInvalid,
                ErrorCodes.ContentTypeUnsupported,
                ErrorCodes.WebhooksDisabled,
                ErrorCodes.WebhookUrlInvalid,
                ErrorCodes.TooManyRequests
            );
}
