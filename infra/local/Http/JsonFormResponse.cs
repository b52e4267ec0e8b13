using System.Globalization;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using RoadSeg.LocalHost.Functions;
using RoadSeg.LocalHost.Invocation;

namespace RoadSeg.LocalHost.Http;

/// <summary>Writes the caller's answer of an HTTP function that ran in the JSON form.</summary>
internal static class JsonFormResponse
{
    private const string TextType = "text/plain; charset=utf-8";

    public static Task WriteAsync(HttpResponse response, FunctionDefinition function, Dictionary<string, object> outputs, InvocationResult answer)
    {
        var binding = function.Outputs.FirstOrDefault(b => b.Is("http"));
        if (binding is null || !outputs.TryGetValue(binding.Name, out var value)) return WritePlainAsync(response, answer.ReturnValue);
        var (output, content) = Parse(value);
        if (ReferenceEquals(output, HttpOutput.Missing)) return WriteTextAsync(response, "{}");
        return output is null ? WriteContentAsync(response, content) : WriteOutputAsync(response, output);
    }

    /// <summary>A $return value is a response object only if it has a body.</summary>
    private static (HttpOutput? Output, object? Content) Parse(object value)
    {
        if (value is HttpOutput output) return (output, null);
        var content = value;
        if (value is string text)
        {
            try
            {
                content = JsonConvert.DeserializeObject(text) ?? text;
            }
            catch (JsonException)
            {
                // Plain text.
            }
        }
        return content is JObject json && json.TryGetValue("body", StringComparison.OrdinalIgnoreCase, out _)
            ? (json.ToObject<HttpOutput>(), null)
            : (null, content);
    }

    private static Task WriteOutputAsync(HttpResponse response, HttpOutput output)
    {
        foreach (var (name, value) in output.Headers ?? new Dictionary<string, object>())
        {
            if (name.Equals("content-type", StringComparison.OrdinalIgnoreCase)) response.ContentType = value.ToString();
            else response.Headers.Append(name, value.ToString() ?? "");
        }
        response.StatusCode = int.TryParse(output.StatusCode ?? output.Status, NumberStyles.Integer, CultureInfo.InvariantCulture, out var status) ? status : 200;
        return WriteContentAsync(response, output.Body);
    }

    private static async Task WriteContentAsync(HttpResponse response, object? content)
    {
        if (content is byte[] bytes) await response.Body.WriteAsync(bytes);
        else await WriteTextAsync(response, content?.ToString() ?? "");
    }

    // Without an http output the return value itself is the answer; nothing at all is 204.
    private static Task WritePlainAsync(HttpResponse response, object? value)
    {
        if (value is null)
        {
            response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        }
        if (value is string text) return WriteTextAsync(response, text);
        response.ContentType = "application/json; charset=utf-8";
        return response.WriteAsync(JsonConvert.SerializeObject(value));
    }

    private static Task WriteTextAsync(HttpResponse response, string text)
    {
        response.ContentType ??= TextType;
        return response.StatusCode is 204 or 304 || text.Length == 0 ? Task.CompletedTask : response.WriteAsync(text);
    }
}
