using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using RoadSeg.LocalHost.Functions;

namespace RoadSeg.LocalHost.Invocation;

/// <summary>Turns a handler's answer into one value per output binding.</summary>
internal static class Outputs
{
    public static Dictionary<string, object> Collect(FunctionDefinition function, InvocationResult result)
    {
        var values = new Dictionary<string, object>();
        foreach (var binding in function.Outputs.Where(b => b.Name != BindingDefinition.ReturnName))
        {
            if (binding.Is("http"))
            {
                if (HttpOutput.Collect(binding.Name, result) is { } response) values[binding.Name] = response;
            }
            else if (result.Outputs?.TryGetValue(binding.Name, out var value) == true && Convert(binding, value) is { } converted)
            {
                values[binding.Name] = converted;
            }
        }

        if (function.Outputs.FirstOrDefault(b => b.Name == BindingDefinition.ReturnName) is { } returned)
        {
            if (result.ReturnValue is { } value && Convert(returned, value) is { } converted) values[returned.Name] = converted;
        }
        else if (result.ReturnValue is JObject named)
        {
            foreach (var (name, value) in named)
                if (value?.ToObject<object>() is { } plain) values[name] = plain;
        }
        return values;
    }

    /// <summary>The base64 sniffing: any text that decodes is decoded, unless the binding says binary (sic).</summary>
    private static object? Convert(BindingDefinition binding, object? value)
    {
        if (binding.DataType == BindingDataType.Binary || value is not string text) return value;
        var bytes = new byte[text.Length];
        return System.Convert.TryFromBase64String(text, bytes, out var length) ? bytes[..length] : text;
    }
}

/// <summary>An <c>http</c> output in the JSON form: status, headers and body of the answer to the caller.</summary>
internal sealed record HttpOutput(string? StatusCode, string? Status, object? Body, IDictionary<string, object>? Headers)
{
    /// <summary>Marks a binding the handler did not mention: the caller gets 200 with <c>{}</c>.</summary>
    public static readonly HttpOutput Missing = new(null, null, null, null);

    /// <exception cref="InvalidOperationException">The value is not an HTTP response object.</exception>
    public static HttpOutput? Collect(string name, InvocationResult result)
    {
        if (result.Outputs is null) return result.ReturnValue is null ? Missing : null;
        if (!result.Outputs.TryGetValue(name, out var value)) return Missing;
        try
        {
            return JsonConvert.DeserializeObject<HttpOutput>(value?.ToString() ?? "")
                ?? throw new JsonSerializationException("The value is null.");
        }
        catch (Exception error) when (error is JsonException or ArgumentException or FormatException)
        {
            throw new InvalidOperationException("Failed while trying to Deserialize to httpOutputBindingResponse. Output is not in expected format", error);
        }
    }
}
