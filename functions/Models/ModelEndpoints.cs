using Microsoft.AspNetCore.Http.HttpResults;
using RoadSeg.Errors;
using RoadSeg.Functions.Api;
using RoadSeg.Labels;
using RoadSeg.Models;

namespace RoadSeg.Functions.Models;

/// <summary>A model that serves.</summary>
/// <param name="Name">Name to ask for it by.</param>
/// <param name="Version">The version that is live.</param>
/// <param name="Description">One paragraph for people.</param>
/// <param name="Licence">Licence of the weights and what it means for use.</param>
/// <param name="Architecture">Architecture, such as deeplabv3plus.</param>
/// <param name="Encoder">Backbone, such as mobilenet_v2.</param>
/// <param name="Metrics">What it reached, on which data and split.</param>
/// <param name="Links">self: the version's manifest.</param>
internal sealed record ModelView(
    string Name, string Version, string Description, string Licence, string Architecture, string Encoder, IReadOnlyList<MetricSet> Metrics, IReadOnlyDictionary<string, string> Links);

/// <summary>The models that serve.</summary>
/// <param name="Items">One entry a name.</param>
internal sealed record ModelList(IReadOnlyList<ModelView> Items);

/// <summary>A label catalogue: the classes a model tells apart.</summary>
/// <param name="Model">Model name.</param>
/// <param name="Classes">Id (the mask's pixel value), name and display colour.</param>
internal sealed record LabelView(string Model, IReadOnlyList<LabelClass> Classes);

/// <summary>The label catalogues.</summary>
/// <param name="Items">One entry a model.</param>
internal sealed record LabelList(IReadOnlyList<LabelView> Items);

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
