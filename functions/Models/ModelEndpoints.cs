using Microsoft.AspNetCore.Http.HttpResults;
using RoadSeg.Errors;
using RoadSeg.Models;
using RoadSeg.Registry;

namespace RoadSeg.Functions.Models;

internal static class ModelEndpoints
{
    public static void MapModels(this IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/models", ListAsync).DescribeListModels();
        app.MapGet("/v1/models/{name}/versions", static async (string name, ModelCatalogue models, CancellationToken cancel) =>
                Versions(await models.VersionsAsync(name, cancel))
            )
            .DescribeListModelVersions();
        app.MapGet("/v1/models/{name}/versions/{version}", ManifestAsync).DescribeGetModelVersion();
        app.MapGet("/v1/models/{name}/versions/{version}/card", CardAsync).DescribeGetModelCard();
        app.MapGet("/v1/models/{name}/versions/{version}/pictures/{file}", PictureAsync).DescribeGetModelPicture();
        app.MapRollout();
        app.MapGet("/v1/labels", LabelsAsync).DescribeListLabels();
    }

    /// <summary>The answer of every call that shows or changes a model's versions.</summary>
    public static JsonHttpResult<ModelVersionList> Versions(ModelVersionList versions) =>
        TypedResults.Json(versions, RegistryJson.Default.ModelVersionList);

    private static async Task<JsonHttpResult<ModelList>> ListAsync(ModelCatalogue models, LiveModel live, CancellationToken cancel)
    {
        var list = await models.ListAsync(cancel);
        return TypedResults.Json(
            new ModelList([.. list.Select(model => View(model.Manifest, model.State, live))]),
            ModelJson.Default.ModelList
        );
    }

    private static async Task<FileContentHttpResult> ManifestAsync(
        string name,
        string version,
        ModelCatalogue models,
        CancellationToken cancel
    ) =>
        TypedResults.Bytes(
            ModelManifestJson.Serialize(await models.ManifestAsync(new ModelPin(name, version), cancel)),
            "application/json"
        );

    private static async Task<FileContentHttpResult> CardAsync(
        string name,
        string version,
        ModelCatalogue models,
        CancellationToken cancel
    ) => TypedResults.Bytes(await models.FileAsync(new ModelPin(name, version), PackageFiles.Card, cancel), "text/markdown; charset=utf-8");

    private static async Task<FileContentHttpResult> PictureAsync(
        string name,
        string version,
        string file,
        ModelCatalogue models,
        CancellationToken cancel
    )
    {
        var pin = new ModelPin(name, version);
        var manifest = await models.ManifestAsync(pin, cancel);
        return manifest.SelfTest is { } test && (file == test.Input || file == test.Mask)
            ? TypedResults.Bytes(await models.FileAsync(pin, file, cancel), "image/png")
            : throw new RoadSegException(
                ErrorCodes.ModelNotFound,
                "The package has no such picture: its manifest names those of its self-test."
            );
    }

    private static async Task<JsonHttpResult<LabelList>> LabelsAsync(ModelCatalogue models, CancellationToken cancel)
    {
        var list = await models.ListAsync(cancel);
        return TypedResults.Json(
            new LabelList([.. list.Select(model => new LabelView(model.Manifest.Name, model.Manifest.Labels.Classes))]),
            ModelJson.Default.LabelList
        );
    }

    private static ModelView View(ModelManifest manifest, ModelState state, LiveModel live)
    {
        var serves = live.Serving is { } serving && serving.Model == manifest.Name;
        return new ModelView(
            manifest.Name,
            manifest.Version,
            manifest.Description,
            manifest.Licence,
            manifest.Architecture.Name,
            manifest.Architecture.Encoder,
            manifest.Metrics,
            new Dictionary<string, string>
            {
                ["self"] = $"/v1/models/{manifest.Name}/versions/{manifest.Version}",
                ["versions"] = $"/v1/models/{manifest.Name}/versions",
            },
            state,
            serves ? live.Serving!.Version : null,
            serves ? live.Notice : null
        );
    }
}
