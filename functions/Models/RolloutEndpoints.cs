using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using RoadSeg.Errors;
using RoadSeg.Functions.Api;
using RoadSeg.Registry;

namespace RoadSeg.Functions.Models;

/// <summary>Promotion and rollback, for operators.</summary>
internal static class RolloutEndpoints
{
    private const int MaxBody = 1024;

    public static void MapRollout(this IEndpointRouteBuilder app)
    {
        app.MapPost("/v1/models/{name}/versions/{version}/promote", PromoteAsync).DescribePromoteModelVersion();
        app.MapPost("/v1/models/{name}/rollback", RollBackAsync).DescribeRollBackModel();
    }

    private static async Task<JsonHttpResult<ModelVersionList>> PromoteAsync(
        string name,
        string version,
        HttpContext context,
        CallerKeys callers,
        Operators operators,
        Rollouts rollouts,
        ModelCatalogue models,
        TimeProvider time
    )
    {
        var cancel = context.RequestAborted;
        var caller = callers.Of(context.Request);
        operators.Require(caller);
        var wanted = await ReadAsync(context.Request, time, cancel);
        await rollouts.PromoteAsync(name, version, caller, wanted.Force, cancel);
        return ModelEndpoints.Versions(await models.VersionsAsync(name, cancel));
    }

    private static async Task<JsonHttpResult<ModelVersionList>> RollBackAsync(
        string name,
        HttpContext context,
        CallerKeys callers,
        Operators operators,
        Rollouts rollouts,
        ModelCatalogue models
    )
    {
        var cancel = context.RequestAborted;
        var caller = callers.Of(context.Request);
        operators.Require(caller);
        await rollouts.RollBackAsync(name, caller, cancel);
        return ModelEndpoints.Versions(await models.VersionsAsync(name, cancel));
    }

    private static async Task<PromoteRequest> ReadAsync(HttpRequest request, TimeProvider time, CancellationToken cancel)
    {
        var body = await RequestBody.ReadAsync(request, MaxBody, time, static () => NoRequest(null), cancel);
        if (body.Length == 0)
            return new PromoteRequest();
        if (!request.HasJsonContentType())
            throw new RoadSegException(ErrorCodes.ContentTypeUnsupported, "Send {\"force\": true} as application/json, or no body.");
        try
        {
            return JsonSerializer.Deserialize(body, RegistryJson.Default.PromoteRequest) ?? new PromoteRequest();
        }
        catch (JsonException e)
        {
            throw NoRequest(e);
        }
    }

    private static RoadSegException NoRequest(JsonException? inner) =>
        new(
            ErrorCodes.RequestInvalid,
            $"The body is not a JSON object with force, optional, true or false{(inner is null ? "." : ": " + JsonFault.Of(inner))}",
            inner
        );
}
