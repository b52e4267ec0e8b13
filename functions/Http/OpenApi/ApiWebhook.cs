using Microsoft.OpenApi;
using RoadSeg.Functions.Api.Descriptions;
using RoadSeg.Jobs;

namespace RoadSeg.Functions.Http.OpenApi;

/// <summary>What the service sends to a job's webhook, for the section <c>webhooks</c> of the OpenAPI document.</summary>
internal static class ApiWebhook
{
    /// <summary>The one webhook, by its name.</summary>
    /// <param name="document">Has the schema of a job.</param>
    public static Dictionary<string, IOpenApiPathItem> Of(OpenApiDocument document) =>
        new()
        {
            ["jobEnded"] = new OpenApiPathItem
            {
                Operations = new Dictionary<HttpMethod, OpenApiOperation> { [HttpMethod.Post] = Post(document) },
            },
        };

    private static OpenApiOperation Post(OpenApiDocument document) =>
        new()
        {
            OperationId = "jobEnded",
            Summary = "A job has ended",
            Description =
                "Sent to the address that a submission named as webhook, in the form of Standard Webhooks 1.0.0 "
                + "(https://www.standardwebhooks.com). At least once, in no order: drop what you "
                + "have seen by webhook-id. Answer within ten seconds; an attempt that gets no 2xx is repeated for up to a day. "
                + "Redirects are not followed. A test call (POST /v1/webhooks/test) has type webhook.test and an empty data.",
            Security = [],
            Parameters =
            [
                Header("webhook-id", "msg_ and the job's id: the same for every attempt.", ParameterForms.Text),
                Header(
                    "webhook-timestamp",
                    "When this attempt was made, in seconds since 1970. Refuse what is over five minutes old.",
                    new OpenApiSchema { Type = JsonSchemaType.Integer }
                ),
                Header(
                    "webhook-signature",
                    "v1, and the base64 of HMAC-SHA256 over webhook-id.webhook-timestamp.body; one for each secret, separated by spaces. "
                        + "One that fits is enough.",
                    ParameterForms.Text
                ),
            ],
            RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    ["application/json"] = new() { Schema = Event(document), Example = ApiExamples.Webhook() },
                },
            },
            Responses = new OpenApiResponses
            {
                ["2XX"] = new OpenApiResponse { Description = "Taken. The body is not read." },
                ["410"] = new OpenApiResponse { Description = "Never again: delivery ends." },
                ["429"] = new OpenApiResponse
                {
                    Description = "Later.",
                    Headers = new Dictionary<string, IOpenApiHeader>
                    {
                        ["Retry-After"] = ApiResponses.Header("Seconds; obeyed up to an hour.", true),
                    },
                },
                ["default"] = new OpenApiResponse { Description = "Not taken: it is sent again." },
            },
        };

    private static OpenApiParameter Header(string name, string description, OpenApiSchema form) =>
        new()
        {
            Name = name,
            In = ParameterLocation.Header,
            Required = true,
            Description = description,
            Schema = form,
        };

    private static OpenApiSchema Event(OpenApiDocument document) =>
        new()
        {
            Type = JsonSchemaType.Object,
            Required = new HashSet<string> { "type", "timestamp", "data" },
            Properties = new Dictionary<string, IOpenApiSchema>
            {
                ["type"] = ParameterForms.OneOf("WebhookEventType", "job.succeeded", "job.failed", "job.canceled", "job.expired"),
                ["timestamp"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.String,
                    Format = "date-time",
                    Description = "When the job ended.",
                },
                ["data"] = new OpenApiSchemaReference(nameof(JobView), document),
            },
        };
}
