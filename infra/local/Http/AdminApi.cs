using System.Text.Json;
using System.Text.Json.Nodes;
using RoadSeg.LocalHost.Functions;
using RoadSeg.LocalHost.Worker;

namespace RoadSeg.LocalHost.Http;

/// <summary>The reserved paths: <c>POST /admin/functions/Name</c> runs a function by hand, <c>GET /admin/host/status</c> says the
/// state.</summary>
internal sealed class AdminApi(
    IReadOnlyList<FunctionDefinition> functions,
    IReadOnlyDictionary<string, string> errors,
    Func<string, string, Task> run
)
{
    public async Task HandleAsync(HttpContext context, AuthorizationLevel level)
    {
        var (request, response) = (context.Request, context.Response);
        if (request.Path == "/admin/host/ping")
        {
            response.StatusCode = StatusCodes.Status200OK;
        }
        else if (level < AuthorizationLevel.Admin)
        {
            response.StatusCode = level == AuthorizationLevel.Function ? StatusCodes.Status403Forbidden : StatusCodes.Status401Unauthorized;
            if (level == AuthorizationLevel.Anonymous)
                response.Headers.WWWAuthenticate = "Bearer";
        }
        else if (
            HttpMethods.IsPost(request.Method)
            && request.Path.StartsWithSegments("/admin/functions", out var rest)
            && rest.Value is { Length: > 1 } name
        )
        {
            response.StatusCode = await RunAsync(request, name[1..]);
        }
        else if (HttpMethods.IsGet(request.Method) && request.Path == "/admin/host/status")
        {
            await response.WriteAsJsonAsync(
                new
                {
                    state = "Running",
                    version = WorkerSupervisor.HostVersion,
                    functions = functions.Select(function => new { name = function.Name, disabled = function.IsDisabled }),
                    errors,
                }
            );
        }
        else
        {
            response.StatusCode = StatusCodes.Status404NotFound;
        }
    }

    private async Task<int> RunAsync(HttpRequest request, string name)
    {
        string input;
        try
        {
            var body = await JsonNode.ParseAsync(request.Body, new JsonNodeOptions { PropertyNameCaseInsensitive = true });
            if (body is not JsonObject json)
                return StatusCodes.Status400BadRequest;
            input = json["input"]?.ToString() ?? "";
        }
        catch (JsonException)
        {
            return StatusCodes.Status400BadRequest;
        }
        var function = functions.FirstOrDefault(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase) && !f.IsHttp);
        if (function is null)
            return StatusCodes.Status404NotFound;
        // Its failure is in the log, as that of any run.
        _ = Task.Run(() => run(function.Name, input));
        return StatusCodes.Status202Accepted;
    }
}
