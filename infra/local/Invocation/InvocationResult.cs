using System.Net.Http.Headers;
using Newtonsoft.Json;

namespace RoadSeg.LocalHost.Invocation;

/// <summary>What a handler answers to a JSON invocation. Top-level names ignore case, keys of Outputs do not.</summary>
internal sealed class InvocationResult
{
    private const int MaxDepth = 256;

    private static readonly string[] JsonMediaTypes = ["application/json", "text/json"];

    public object? ReturnValue { get; set; }

    public IDictionary<string, object?>? Outputs { get; set; }

    public List<string>? Logs { get; set; }

    /// <summary>Null for an empty body or the body <c>null</c>: such an answer never completes an invocation.</summary>
    /// <exception cref="InvalidOperationException">The media type or the JSON cannot be read.</exception>
    public static async Task<InvocationResult?> ReadAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        if (text.Length == 0) return null;
        try
        {
            RequireJson(answer.Content.Headers.ContentType);
            using var reader = new JsonTextReader(new StringReader(text)) { MaxDepth = MaxDepth };
            return JsonSerializer.CreateDefault().Deserialize<InvocationResult>(reader);
        }
        catch (Exception error) when (error is UnsupportedMediaTypeException or JsonException or ArgumentException or FormatException)
        {
            throw new InvalidOperationException($"Invalid HttpResponseMessage:\n{answer}\n {text}", error);
        }
    }

    private static void RequireJson(MediaTypeHeaderValue? type)
    {
        var name = type?.MediaType ?? "application/octet-stream";
        if (!JsonMediaTypes.Contains(name, StringComparer.OrdinalIgnoreCase))
            throw new UnsupportedMediaTypeException(
                $"No MediaTypeFormatter is available to read the answer from content with media type '{name}'. Answer application/json.");
    }
}

/// <summary>The handler answered in a media type the host does not read.</summary>
internal sealed class UnsupportedMediaTypeException(string message) : Exception(message);
