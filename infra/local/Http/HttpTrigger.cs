using System.Text;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.Net.Http.Headers;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using RoadSeg.LocalHost.Functions;
using RoadSeg.LocalHost.Invocation;

namespace RoadSeg.LocalHost.Http;

/// <summary>The httpTrigger: its settings, and its value in the JSON form.</summary>
internal static class HttpTrigger
{
    public static readonly string[] ReservedSegments = ["admin", "runtime"];

    // A claim points back at its identity.
    private static readonly JsonSerializer NoLoops = new() { ReferenceLoopHandling = ReferenceLoopHandling.Ignore };

    /// <summary>The route template with the prefix, as ASP.NET's classic routes take it.</summary>
    public static string Template(FunctionDefinition function, string prefix)
    {
        var route = function.Trigger.Text("route") is { Length: > 0 } given ? given : function.Name;
        return prefix.Length == 0 ? route : $"{prefix}/{route}";
    }

    public static string[]? Methods(BindingDefinition trigger) =>
        trigger.Properties.GetValue("methods", StringComparison.OrdinalIgnoreCase) is JArray methods
            ? methods.Select(m => (string?)m ?? "").ToArray() : null;

    public static AuthorizationLevel Level(BindingDefinition trigger) => trigger.Text("authLevel") is not { Length: > 0 } text ? AuthorizationLevel.Function
        : Enum.TryParse<AuthorizationLevel>(text, ignoreCase: true, out var level) ? level
        : throw new FormatException($"'{text}' is not a valid authLevel: use anonymous, function or admin.");

    /// <exception cref="FormatException">The route, level or methods cannot be used.</exception>
    public static void Validate(BindingDefinition trigger, string prefix)
    {
        _ = Level(trigger);
        var route = trigger.Text("route") ?? "";
        try
        {
            TemplateParser.Parse(route);
        }
        catch (ArgumentException error)
        {
            throw new FormatException($"The route '{route}' is invalid: {error.Message}", error);
        }
        var first = (prefix.Length == 0 ? route : prefix).Split('/')[0];
        if (ReservedSegments.Contains(first, StringComparer.OrdinalIgnoreCase))
            throw new FormatException("The specified route conflicts with one or more built in routes.");
    }

    public static async Task<TriggerInput> ReadAsync(HttpRequest request, IReadOnlyDictionary<string, object?> routeValues)
    {
        var body = await ReadBodyAsync(request);
        var value = new JObject
        {
            ["Url"] = $"{request.Scheme}://{request.Host}{request.Path}{request.QueryString}",
            ["Method"] = request.Method,
            ["Query"] = JObject.FromObject(request.Query.ToDictionary(q => q.Key, q => q.Value.ToString())),
            ["Headers"] = JObject.FromObject(request.Headers.ToDictionary(h => h.Key, h => h.Value.ToArray())),
            ["Params"] = JObject.FromObject(routeValues),
            ["Identities"] = JArray.FromObject(request.HttpContext.User.Identities.ToArray(), NoLoops),
        };
        if (body is { Length: > 0 }) value["Body"] = IsBinary(request.ContentType) ? body : Text(body);
        return new TriggerInput(value, Data(request, body, routeValues));
    }

    private static BindingData Data(HttpRequest request, byte[]? body, IReadOnlyDictionary<string, object?> routeValues)
    {
        var data = new BindingData();
        if (body is { Length: > 0 }) data.Promote(Text(body));
        foreach (var (name, values) in request.Query)
            if (!name.Equals("code", StringComparison.OrdinalIgnoreCase)) data[name] = values[^1];
        foreach (var (name, value) in routeValues) data[name] = value;
        if (!data.Contains("Query")) data["Query"] = JObject.FromObject(request.Query.ToDictionary(q => q.Key, q => q.Value[^1]));
        if (!data.Contains("Headers")) data["Headers"] = JObject.FromObject(request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString()));
        return data;
    }

    // A chunked body has no length, and the JSON form then carries no Body at all.
    private static async Task<byte[]?> ReadBodyAsync(HttpRequest request)
    {
        if (request.ContentLength is not > 0) return null;
        using var buffer = new MemoryStream();
        await request.Body.CopyToAsync(buffer);
        return buffer.ToArray();
    }

    private static string Text(byte[] body)
    {
        using var reader = new StreamReader(new MemoryStream(body), Encoding.UTF8);
        return reader.ReadToEnd();
    }

    // Everything else is read as UTF-8 text, images too: that is how the real host corrupts them.
    private static bool IsBinary(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && (type.MediaType.Equals("application/octet-stream", StringComparison.OrdinalIgnoreCase)
            || type.MediaType.Value!.Contains("multipart/", StringComparison.OrdinalIgnoreCase));
}

/// <summary>Which key a function asks for.</summary>
internal enum AuthorizationLevel
{
    Anonymous,
    Function,
    Admin,
}
