using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using RoadSeg.LocalHost.Functions;
using RoadSeg.LocalHost.Invocation;

namespace RoadSeg.LocalHost.Http;

/// <summary>The reserved paths: <c>POST /admin/functions/Name</c> runs a function, <c>GET /admin/host/status</c> tells the state.</summary>
internal sealed class AdminApi(
    IReadOnlyList<FunctionDefinition> functions, IReadOnlyDictionary<string, string> errors, Action<FunctionDefinition, string> run)
{
    public static bool Owns(PathString path) => HttpTrigger.ReservedSegments.Any(segment => path.StartsWithSegments("/" + segment));

    public async Task HandleAsync(HttpContext context, AuthorizationLevel level)
    {
        var (request, response) = (context.Request, context.Response);
        if (HttpMethods.IsPost(request.Method) && request.Path.StartsWithSegments("/admin/functions", out var rest) && rest.Value is { Length: > 1 })
            response.StatusCode = level < AuthorizationLevel.Admin ? StatusCodes.Status401Unauthorized : await RunAsync(request, rest.Value[1..]);
        else if (HttpMethods.IsGet(request.Method) && request.Path == "/admin/host/ping")
            response.StatusCode = StatusCodes.Status200OK;
        else if (HttpMethods.IsGet(request.Method) && request.Path == "/admin/host/status")
            await StatusAsync(response, level);
        else
            response.StatusCode = StatusCodes.Status404NotFound;
    }

    private async Task<int> RunAsync(HttpRequest request, string name)
    {
        using var reader = new StreamReader(request.Body);
        string? input;
        try
        {
            if (JToken.Parse(await reader.ReadToEndAsync()) is not JObject json) return StatusCodes.Status400BadRequest;
            input = json.GetValue("input", StringComparison.OrdinalIgnoreCase) is { } value ? (string?)value : "";
        }
        catch (Exception error) when (error is JsonException or ArgumentException)
        {
            return StatusCodes.Status400BadRequest;
        }
        var function = functions.FirstOrDefault(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (function is null) return StatusCodes.Status404NotFound;
        run(function, input ?? "");
        return StatusCodes.Status202Accepted;
    }

    private async Task StatusAsync(HttpResponse response, AuthorizationLevel level)
    {
        if (level < AuthorizationLevel.Admin)
        {
            response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }
        response.ContentType = "application/json; charset=utf-8";
        await response.WriteAsync(JsonConvert.SerializeObject(new
        {
            state = "Running",
            version = HandlerAddress.HostVersion,
            functions = functions.Select(f => new { name = f.Name, disabled = f.IsDisabled }),
            errors,
        }));
    }
}
