using System.Net;
using System.Text.Json;

namespace RoadSeg.Client;

/// <summary>Turns refusals into exceptions. Nothing of the request shows in them: it carries the key, or is a secret address.</summary>
internal static class ApiFailures
{
    private const int MaxProblemBytes = 64 * 1024;

    public static async Task<RoadSegApiException> ReadAsync(HttpResponseMessage response, TimeProvider time, CancellationToken cancel)
    {
        var problem =
            response.Content.Headers.ContentType?.MediaType == "application/problem+json"
                ? await ProblemAsync(response.Content, cancel)
                : null;
        return new RoadSegApiException(
            response.StatusCode,
            problem?.Code,
            problem?.Detail ?? problem?.Title ?? Describe(response.StatusCode),
            problem?.Retryable ?? IsPassing(response.StatusCode),
            response.Headers.RetryAfter.Remaining(time.GetUtcNow())
        );
    }

    /// <summary>Storage's refusal of a photo.</summary>
    public static RoadSegApiException OfStorage(HttpResponseMessage response, TimeProvider time)
    {
        var code = StorageCode(response);
        var advice =
            response.StatusCode == HttpStatusCode.Forbidden
                ? " An upload key is good for a few minutes and for one photo: get a new one."
                : "";
        return new RoadSegApiException(
            response.StatusCode,
            code,
            $"Storage answered {(int)response.StatusCode} to the photo.{advice}",
            response.StatusCode == HttpStatusCode.InternalServerError || IsPassing(response.StatusCode),
            response.Headers.RetryAfter.Remaining(time.GetUtcNow())
        );
    }

    /// <summary>Whether storage refuses a photo because it is there. It says so outright, or in the words in which it refuses a key that
    /// may create and not overwrite.</summary>
    public static bool IsThereAlready(HttpResponseMessage response) =>
        StorageCode(response) is "BlobAlreadyExists" or "UnauthorizedBlobOverwrite" or "AuthorizationPermissionMismatch";

    private static async Task<ProblemDocument?> ProblemAsync(HttpContent content, CancellationToken cancel)
    {
        if (content.Headers.ContentLength > MaxProblemBytes)
            return null;
        try
        {
            await using var stream = await content.ReadAsStreamAsync(cancel);
            return await JsonSerializer.DeserializeAsync(stream, ClientJson.Default.ProblemDocument, cancel);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? StorageCode(HttpResponseMessage response) =>
        response.Headers.TryGetValues("x-ms-error-code", out var codes) ? codes.FirstOrDefault() : null;

    private static bool IsPassing(HttpStatusCode status) =>
        status
            is HttpStatusCode.RequestTimeout
                or HttpStatusCode.TooManyRequests
                or HttpStatusCode.BadGateway
                or HttpStatusCode.ServiceUnavailable
                or HttpStatusCode.GatewayTimeout;

    private static string Describe(HttpStatusCode status) =>
        status switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => "The service wants a function key that it knows.",
            HttpStatusCode.NotFound => "Something answers at this address, but not RoadSeg's API.",
            _ => $"The service answered {(int)status} without saying why.",
        };
}
