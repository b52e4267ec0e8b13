using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using RoadSeg.Errors;

namespace RoadSeg.Functions.Api;

/// <summary>A body of JSON.</summary>
internal static class JsonBody
{
    /// <summary>Reads a body to its end and what it says.</summary>
    /// <param name="request">Its body is not owned.</param>
    /// <param name="most">Bytes that may come.</param>
    /// <param name="tooLarge">The refusal of more bytes.</param>
    /// <param name="form">What it is.</param>
    /// <param name="described">The same in words: <c>a JSON object with ...</c>.</param>
    /// <param name="example">One that would do.</param>
    /// <param name="time">Clock of the body's deadline.</param>
    /// <param name="cancel">Stops.</param>
    /// <param name="absent">What no body means; null: it must be there.</param>
    /// <exception cref="RoadSegException">The refusal, request-too-slow, content-type-unsupported, or request-invalid: it is none, is null
    /// or has a member that is not known.</exception>
    public static async Task<T> ReadAsync<T>(
        HttpRequest request,
        int most,
        Func<RoadSegException> tooLarge,
        JsonTypeInfo<T> form,
        string described,
        string example,
        TimeProvider time,
        CancellationToken cancel,
        T? absent = null
    )
        where T : class
    {
        var body = await RequestBody.ReadAsync(request, most, time, tooLarge, cancel);
        if (body.Length == 0 && absent is not null)
            return absent;
        if (!request.HasJsonContentType())
            throw new RoadSegException(ErrorCodes.ContentTypeUnsupported, $"Send {example} as application/json.");
        try
        {
            return JsonSerializer.Deserialize(body, form) ?? throw new JsonException("it is null.");
        }
        catch (JsonException e)
        {
            throw new RoadSegException(ErrorCodes.RequestInvalid, $"The body is not {described}: {JsonFault.Of(e)}", e);
        }
    }
}
