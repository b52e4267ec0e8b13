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

    private static async Task<WebhookTestRequest> ReadAsync(HttpRequest request, TimeProvider time, CancellationToken cancel)
    {
        var body = await RequestBody.ReadAsync(request, MaxBody, time, static () => Invalid("it has too many bytes.", null), cancel);
        if (!request.HasJsonContentType())
            throw new RoadSegException(ErrorCodes.ContentTypeUnsupported, "Send {\"url\": \"https://...\"} as application/json.");
        try
        {
            return JsonSerializer.Deserialize(body, JobJson.Default.WebhookTestRequest) ?? throw new JsonException("it is null.");
        }
        catch (JsonException e)
        {
            throw Invalid(JsonFault.Of(e), e);
        }
    }

    private static RoadSegException Invalid(string why, Exception? inner) =>
        new(ErrorCodes.RequestInvalid, $"The body is not a JSON object with url, the receiver's address: {why}", inner);
}
