using System.IO.Compression;
using System.Text.Json;
using Microsoft.Extensions.Primitives;
using RoadSeg.Errors;
using RoadSeg.Functions.Jobs;
using RoadSeg.Functions.Models;
using RoadSeg.Functions.Results;
using RoadSeg.Jobs;
using RoadSeg.Models;
using RoadSeg.Registry;
using RoadSeg.Work;

namespace RoadSeg.Functions.Labelling.Cvat;

/// <summary>What CVAT's automatic annotation asks of a nuclio dashboard (docs/labelling.md names the sources): every model with a live
/// version is a detector, whose labels are the classes.</summary>
internal static class CvatEndpoints
{
    private const string FunctionHeader = "x-nuclio-function-name";

    // A photo as large as a request may bring one, in base64, and what stands around it.
    private const long MaxBody = (SubmittedImage.MaxBodyBytes * 4 / 3) + (64 << 10);

    public static void MapCvat(this IEndpointRouteBuilder app)
    {
        var group = ToolCaller.Map(app, "/api");
        group.MapGet("/functions", ListAsync);
        group.MapGet("/functions/{name}", ShowAsync);
        group.MapPost("/function_invocations", InvokeAsync);
    }

    private static async Task<IResult> ListAsync(ModelCatalogue models, CancellationToken cancel)
    {
        var live = (await models.ListAsync(cancel)).Where(static model => model.State == ModelState.Live);
        return TypedResults.Json(
            live.ToDictionary(static model => model.Manifest.Name, static model => Function(model.Manifest)),
            CvatJson.Plain.DictionaryStringNuclioFunction
        );
    }

    private static async Task<IResult> ShowAsync(string name, ModelCatalogue models, CancellationToken cancel) =>
        TypedResults.Json(Function(await LiveAsync(models, name, cancel)), CvatJson.Plain.NuclioFunction);

    private static async Task<IResult> InvokeAsync(
        HttpContext context,
        ModelCatalogue models,
        Prelabelling prelabelling,
        ResultReader results,
        LabellingOptions options
    )
    {
        var cancel = context.RequestAborted;
        var caller = ToolCaller.Of(context);
        var manifest = await LiveAsync(models, context.Request.Headers[FunctionHeader].ToString(), cancel);
        double threshold;
        Stored<JobRecord> job;
        using (var body = await ToolBody<CvatInvocation>.ReadAsync(context, MaxBody, CvatJson.Default.CvatInvocation))
        {
            if (body.Value.Image is not { } image)
                throw new RoadSegException(ErrorCodes.RequestInvalid, "The body has no \"image\", the frame in base64.");
            threshold = body.Value.Threshold ?? 0;
            if (threshold is not (>= 0 and <= 1))
                throw new RoadSegException(ErrorCodes.RequestInvalid, "The \"threshold\" is a number from 0 to 1.");
            KeyValuePair<string, StringValues>[] said = [new("model", manifest.Name), new("tag", "tool:cvat")];
            job = await prelabelling.SubmitAsync(caller, new SubmittedImage(image, null, said), cancel);
        }

        var gzip = await MaskObjects.MakeAsync(
            results,
            await prelabelling.ResultAsync(job, options.Patience, cancel),
            FormattableString.Invariant($"cvat-{threshold}"),
            mask => CvatDetections.Gzip(mask, threshold),
            cancel
        );
        context.Response.Headers.Vary = "Accept-Encoding";
        if (!context.Request.GetTypedHeaders().AcceptEncoding.Any(static one => one.Value == "gzip" && one.Quality is not 0))
            return TypedResults.Stream(new GZipStream(new MemoryStream(gzip.ToArray()), CompressionMode.Decompress), "application/json");
        context.Response.Headers.ContentEncoding = "gzip";
        return TypedResults.Bytes(gzip, "application/json");
    }

    private static async Task<ModelManifest> LiveAsync(ModelCatalogue models, string name, CancellationToken cancel)
    {
        if (!ModelPin.IsName(name) || await models.LiveVersionAsync(name, cancel) is not { } version)
            throw new RoadSegException(
                ErrorCodes.ModelNotFound,
                "There is no model of this name that serves. CVAT names it in the header "
                    + $"{FunctionHeader}, as GET /api/functions lists it."
            );
        return await models.ManifestAsync(new ModelPin(name, version), cancel);
    }

    private static NuclioFunction Function(ModelManifest manifest)
    {
        CvatLabel[] labels = [.. manifest.Labels.Classes.Select(static label => new CvatLabel(label.Id, label.Name, "mask", []))];
        var annotations = new Dictionary<string, string>
        {
            ["name"] = $"RoadSeg {manifest.Name}",
            ["type"] = "detector",
            ["framework"] = "onnx",
            ["spec"] = JsonSerializer.Serialize(labels, CvatJson.Plain.CvatLabelArray),
        };
        return new NuclioFunction(
            new NuclioMetadata(manifest.Name, "nuclio", annotations),
            new NuclioSpec($"{manifest.Description} Version {manifest.Version}."),
            new NuclioStatus("ready")
        );
    }
}
