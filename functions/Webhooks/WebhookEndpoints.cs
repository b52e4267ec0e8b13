using System.Text.Json;
using RoadSeg.Errors;
using RoadSeg.Functions.Api;
using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Functions.Webhooks;

/// <summary>POST /v1/webhooks/test: tries a receiver before any job depends on it.</summary>
internal static class WebhookEndpoints
{
    private const int MaxBody = 4 * 1024;
    private const string Form = "a JSON object with url, the receiver's address";

    public static void MapWebhooks(this IEndpointRouteBuilder app) => app.MapPost("/v1/webhooks/test", TestAsync).DescribeTestWebhook();

    private static async Task<IResult> TestAsync(
        HttpContext context,
        CallerKeys callers,
        WebhookOptions options,
        WebhookClient client,
        Receivers receivers,
        TimeProvider time
    )
    {
        var caller = callers.Of(context.Request);
        var url = new Uri(WebhookUrl.Validate((await ReadAsync(context.Request, time, context.RequestAborted)).Url, options));

        // A person waits: a receiver that is left alone by jobs may be tried all the same, in one of the caller's two places.
        if (!receivers.TryBegin(caller))
            throw new RoadSegException(
                ErrorCodes.TooManyRequests,
                "Other calls to your receivers are under way. Try again when one of them has been answered."
            );
        try
        {
            var (id, begun) = ($"msg_{WorkId.New(time)}", time.GetUtcNow());
            var body = JsonSerializer.SerializeToUtf8Bytes(WebhookTestEvent.At(begun), JobJson.Default.WebhookTestEvent);
            var outcome = await client.PostAsync(url, id, body, context.RequestAborted);
            if (outcome.Status is not null)
                receivers.Answered(caller, url);
            context.Response.Headers.CacheControl = "no-store";
            var took = (time.GetUtcNow() - begun).TotalMilliseconds;
            return TypedResults.Json(
                new WebhookTestResult(outcome.Delivered, outcome.Status, outcome.Error, took, id),
                JobJson.Default.WebhookTestResult
            );
        }
        finally
        {
            receivers.End(caller);
        }
    }

    private static Task<WebhookTestRequest> ReadAsync(HttpRequest request, TimeProvider time, CancellationToken cancel) =>
        JsonBody.ReadAsync(
            request,
            MaxBody,
            static () => new RoadSegException(ErrorCodes.RequestInvalid, $"The body is not {Form}: it has too many bytes."),
            JobJson.Default.WebhookTestRequest,
            Form,
            "{\"url\": \"https://...\"}",
            time,
            cancel
        );
}
