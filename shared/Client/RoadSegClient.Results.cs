using RoadSeg.Jobs;
using RoadSeg.Models;
using RoadSeg.Registry;
using RoadSeg.Work;

namespace RoadSeg.Client;

// Streams come as the service sends them and are the caller's to dispose. A job without a result is refused with result-not-ready,
// one whose result was deleted with result-gone.
public sealed partial class RoadSegClient
{
    /// <summary>The mask: an 8-bit palette PNG of the photo's oriented size whose pixel values are class ids.</summary>
    /// <param name="id">The job.</param>
    /// <param name="least">What becomes unknown, 255; nothing when null.</param>
    /// <param name="cancel">Stops.</param>
    public Task<Stream> OpenMaskAsync(WorkId id, MinConfidence? least = null, CancellationToken cancel = default) =>
        _calls.OpenAsync(JobPath(id) + "/mask" + Query.Of(Of(least)), cancel);

    /// <summary>The mask in the classes' colours: a PNG.</summary>
    /// <param name="id">The job.</param>
    /// <param name="least">What becomes unknown, black; nothing when null.</param>
    /// <param name="cancel">Stops.</param>
    public Task<Stream> OpenColorAsync(WorkId id, MinConfidence? least = null, CancellationToken cancel = default) =>
        _calls.OpenAsync(JobPath(id) + "/color" + Query.Of(Of(least)), cancel);

    /// <summary>The photo with the classes' colours over it.</summary>
    /// <param name="id">The job.</param>
    /// <param name="opacity">0 (photo) to 1 (classes); the service's 0.5 when null.</param>
    /// <param name="format">How it is compressed.</param>
    /// <param name="least">What becomes unknown, and keeps the photo; nothing when null.</param>
    /// <param name="cancel">Stops.</param>
    public Task<Stream> OpenOverlayAsync(
        WorkId id,
        double? opacity = null,
        OverlayFormat format = OverlayFormat.Jpeg,
        MinConfidence? least = null,
        CancellationToken cancel = default
    ) =>
        _calls.OpenAsync(
            JobPath(id)
                + "/overlay"
                + Query.Of([
                    ("opacity", opacity is { } weight ? FormattableString.Invariant($"{weight:0.####}") : null),
                    ("format", format == OverlayFormat.WebP ? "webp" : null),
                    .. Of(least),
                ]),
            cancel
        );

    /// <summary>The confidence of each pixel: a grey PNG of the photo's oriented size, 255 for certain.</summary>
    public Task<Stream> OpenConfidenceAsync(WorkId id, CancellationToken cancel = default) =>
        _calls.OpenAsync(JobPath(id) + "/confidence", cancel);

    /// <summary>The classes' outlines and COCO run lengths: JSON.</summary>
    /// <param name="id">The job.</param>
    /// <param name="least">What becomes unknown, a class 255 of its own; nothing when null.</param>
    /// <param name="cancel">Stops.</param>
    public Task<Stream> OpenPolygonsAsync(WorkId id, MinConfidence? least = null, CancellationToken cancel = default) =>
        _calls.OpenAsync(JobPath(id) + "/polygons" + Query.Of(Of(least)), cancel);

    /// <summary>What the mask holds, class by class.</summary>
    /// <param name="id">The job.</param>
    /// <param name="least">What becomes unknown, and is counted beside the classes; nothing when null.</param>
    /// <param name="cancel">Stops.</param>
    public Task<ResultSummary> GetSummaryAsync(WorkId id, MinConfidence? least = null, CancellationToken cancel = default) =>
        _calls.ReadAsync(HttpMethod.Get, JobPath(id) + "/summary" + Query.Of(Of(least)), JobJson.Default.ResultSummary, null, cancel);

    /// <summary>The models, each with the version that is live.</summary>
    public async Task<IReadOnlyList<ModelView>> ListModelsAsync(CancellationToken cancel = default) =>
        (await _calls.ReadAsync(HttpMethod.Get, "v1/models", ClientJson.Default.ModelList, null, cancel)).Items;

    /// <summary>The manifest of a model version.</summary>
    /// <exception cref="Errors.RoadSegException">model-invalid: this client does not know the manifest's form.</exception>
    public async Task<ModelManifest> GetManifestAsync(string model, string version, CancellationToken cancel = default)
    {
        await using var body = await _calls.OpenAsync(VersionPath(model, version), cancel);
        using var manifest = new MemoryStream();
        await body.CopyToAsync(manifest, cancel);
        return ModelManifestJson.Parse(manifest.ToArray());
    }

    /// <summary>The classes of each model: what a mask's pixel values mean.</summary>
    public async Task<IReadOnlyList<LabelView>> ListLabelsAsync(CancellationToken cancel = default) =>
        (await _calls.ReadAsync(HttpMethod.Get, "v1/labels", ClientJson.Default.LabelList, null, cancel)).Items;

    private static IEnumerable<(string Name, string? Value)> Of(MinConfidence? least) => least?.Parameters() ?? [];
}
