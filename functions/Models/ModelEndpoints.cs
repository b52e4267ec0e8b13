using Microsoft.AspNetCore.Http.HttpResults;
using RoadSeg.Errors;
using RoadSeg.Functions.Api;
using RoadSeg.Models;

namespace RoadSeg.Functions.Models;

internal static class ModelEndpoints
{
    public static void MapModels(this WebApplication app)
    {
        app.MapGet("/v1/models", static (LiveModel live) => TypedResults.Json(new ModelList([View(live.Package.Manifest)]), ApiJson.Default.ModelList))
            .Describe("listModels", "List the models", "The models that serve, each with the version that is live.")
            .Answers<ModelList>(StatusCodes.Status200OK)
            .Fails(ErrorCodes.ModelInvalid);
        app.MapGet("/v1/models/{name}/versions/{version}", Manifest)
            .Describe("getModelVersion", "Read a model's manifest", "The manifest of a model package: files and hashes, label catalogue, preprocessing, metrics.")
            .Answers<ModelManifest>(StatusCodes.Status200OK)
            .Fails(ErrorCodes.ModelNotFound, ErrorCodes.ModelInvalid);
        app.MapGet("/v1/labels", static (LiveModel live) => TypedResults.Json(
                new LabelList([new LabelView(live.Package.Manifest.Name, live.Package.Manifest.Labels.Classes)]), ApiJson.Default.LabelList))
            .Describe("listLabels", "List the label catalogues", "The classes of each model: what a mask's pixel values mean.")
            .Answers<LabelList>(StatusCodes.Status200OK)
            .Fails(ErrorCodes.ModelInvalid);
    }

    private static FileContentHttpResult Manifest(string name, string version, LiveModel live)
    {
        var manifest = live.Package.Manifest;
        return name == manifest.Name && version == manifest.Version
            ? TypedResults.Bytes(ModelManifestJson.Serialize(manifest), "application/json")
            : throw new RoadSegException(ErrorCodes.ModelNotFound, "No model has this name and version; GET /v1/models lists them.");
    }

    private static ModelView View(ModelManifest manifest) => new(
        manifest.Name, manifest.Version, manifest.Description, manifest.Licence, manifest.Architecture.Name, manifest.Architecture.Encoder, manifest.Metrics,
        new Dictionary<string, string> { ["self"] = $"/v1/models/{manifest.Name}/versions/{manifest.Version}" });
}
