using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using RoadSeg.Errors;
using RoadSeg.Functions.Api;
using RoadSeg.Models;
using RoadSeg.Registry;

namespace RoadSeg.Functions.Models;

/// <summary>Promotion and rollback, for operators.</summary>
internal static class RolloutEndpoints
{
    private const int MaxBody = 1024;

    public static void MapRollout(this WebApplication app)
    {
        app.MapPost("/v1/models/{name}/versions/{version}/promote", PromoteAsync)
            .Describe("promoteModelVersion", "Make a version live", "Every serving process swaps to it within seconds, once it has loaded and tested it. A version that is live already stays so.")
            .TakesBody<PromoteRequest>(false, "application/json")
            .Answers<ModelVersionList>(StatusCodes.Status200OK)
            .Fails(ErrorCodes.RequestInvalid, ErrorCodes.ContentTypeUnsupported, ErrorCodes.OperatorRequired, ErrorCodes.ModelNotFound, ErrorCodes.ModelGateFailed, ErrorCodes.ModelInvalid);
        app.MapPost("/v1/models/{name}/rollback", RollBackAsync)
            .Describe("rollBackModel", "Roll back", "Makes the version live again that was so before the live one. Calling it again goes one further back.")
            .Answers<ModelVersionList>(StatusCodes.Status200OK)
            .Fails(ErrorCodes.RequestInvalid, ErrorCodes.OperatorRequired, ErrorCodes.ModelNotFound, ErrorCodes.ModelNoRollback, ErrorCodes.ModelInvalid);
    }

    private static async Task<JsonHttpResult<ModelVersionList>> PromoteAsync(
        string name, string version, HttpContext context, CallerKeys callers, Operators operators, ModelPool pool, ModelRegistry registry, ModelCatalogue models, ILogger<ModelRegistry> log)
    {
        var cancel = context.RequestAborted;
        var caller = callers.Of(context.Request);
        operators.Require(caller);
        var wanted = await ReadAsync(context.Request, cancel);
        var bundled = pool.Bundled;

        // What shipped is published when it is needed and not before: as where a rollback leads, or to be promoted itself.
        if (name == bundled.Manifest.Name && version == bundled.Manifest.Version)
            await registry.PublishAsync(bundled, "seed", null, null, cancel);
        if (await registry.FindAsync(name, version, cancel) is not { } record)
            throw new RoadSegException(ErrorCodes.ModelNotFound, $"There is no such version to promote; GET /v1/models/{{name}}/versions lists them.");
        if (record.Gate is { Passed: false } gate && !wanted.Force)
        {
            var failed = string.Join(", ", gate.Checks.Where(check => !check.Passed).Select(check => check.Name));
            throw new RoadSegException(ErrorCodes.ModelGateFailed, $"The version did not pass its gate ({failed}). Send {{\"force\": true}} to make it live all the same.");
        }

        if (name == bundled.Manifest.Name)
            await registry.SeedAsync(bundled, cancel);
        var pointer = await registry.PromoteAsync(name, version, caller, cancel);
        Log.ModelMoved(log, name, pointer.Version, caller, "promote");
        return ModelEndpoints.Versions(await models.VersionsAsync(name, cancel));
    }

    private static async Task<JsonHttpResult<ModelVersionList>> RollBackAsync(
        string name, HttpContext context, CallerKeys callers, Operators operators, ModelPool pool, ModelRegistry registry, ModelCatalogue models, ILogger<ModelRegistry> log)
    {
        var cancel = context.RequestAborted;
        var caller = callers.Of(context.Request);
        operators.Require(caller);
        var bundled = pool.Bundled;
        string? origin = null;
        if (name == bundled.Manifest.Name)
        {
            if (await registry.LiveAsync(name, cancel) is not { Value: var live })
                throw new RoadSegException(ErrorCodes.ModelNoRollback, $"'{name}' serves what it shipped with: there is nothing to roll back to.");

            // A trainer that promoted the first version had nothing to seed the registry with.
            if (live.Before is [] && live.Version != bundled.Manifest.Version && live.History is not [{ Kind: "seed" }, ..])
                origin = (await registry.PublishAsync(bundled, "seed", null, null, cancel)).Version;
        }

        var pointer = await registry.RollBackAsync(name, caller, cancel, origin);
        Log.ModelMoved(log, name, pointer.Version, caller, "rollback");
        return ModelEndpoints.Versions(await models.VersionsAsync(name, cancel));
    }

    private static async Task<PromoteRequest> ReadAsync(HttpRequest request, CancellationToken cancel)
    {
        var body = await BoundedBody.ReadAsync(request.Body, MaxBody, cancel) ?? throw NoRequest(null);
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

    private static RoadSegException NoRequest(Exception? inner) => new(ErrorCodes.RequestInvalid, "The body is not a JSON object with force, optional, true or false.", inner);
}
