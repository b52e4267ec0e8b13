using RoadSeg.Functions.Models;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Models;
using RoadSeg.Results;

namespace RoadSeg.Functions.Results;

/// <summary>Masks without what the model was not sure enough of.</summary>
internal sealed class SureMasks(ResultReader results, ModelCatalogue models)
{
    /// <summary>Makes unknown what is below the confidence that is asked for.</summary>
    /// <param name="job">A succeeded job.</param>
    /// <param name="mask">Its mask, changed in place; its palette is held to the classes.</param>
    /// <param name="least">What is asked for; null leaves the mask as it is.</param>
    /// <param name="cancel">Stops.</param>
    /// <exception cref="Errors.RoadSegException">request-invalid, confidence-unavailable, result-gone, or of the card of a version that is
    /// no longer kept model-not-found.</exception>
    public async Task<IndexedImage> OfAsync(JobRecord job, IndexedImage mask, MinConfidence? least, CancellationToken cancel) =>
        least is null ? mask : (await AppliedAsync(job, mask, least, cancel)).Mask;

    /// <summary>The same, with the summary of what is left.</summary>
    /// <exception cref="Errors.RoadSegException">As for <see cref="OfAsync"/>.</exception>
    public async Task<(IndexedImage Mask, ResultSummary Summary)> WithSummaryAsync(
        JobRecord job,
        IndexedImage mask,
        MinConfidence least,
        CancellationToken cancel
    )
    {
        var (sure, summary, floors, confidence) = await AppliedAsync(job, mask, least, cancel);
        return (sure, summary.Above(sure.Ids, confidence, floors));
    }

    /// <summary>Fails as <see cref="OfAsync"/> would, and reads no pixel.</summary>
    public async Task RequireAsync(JobRecord job, MinConfidence? least, CancellationToken cancel)
    {
        if (least is null)
            return;
        await FloorsAsync(job, least, cancel);
        await results.ConfidenceLengthAsync(job, cancel);
    }

    private async Task<(IndexedImage Mask, ResultSummary Summary, IReadOnlyList<double?> Floors, byte[] Confidence)> AppliedAsync(
        JobRecord job,
        IndexedImage mask,
        MinConfidence least,
        CancellationToken cancel
    )
    {
        var (summary, floors) = await FloorsAsync(job, least, cancel);
        var confidence = await results.RequireConfidenceAsync(job, cancel);
        new ConfidenceFloor(floors).Apply(mask.Ids, confidence);
        return (mask with { Palette = mask.Palette?[..summary.Classes.Count] }, summary, floors, confidence);
    }

    private async Task<(ResultSummary Summary, IReadOnlyList<double?> Floors)> FloorsAsync(
        JobRecord job,
        MinConfidence least,
        CancellationToken cancel
    )
    {
        var summary = await results.SummaryAsync(job, cancel);
        var pin = new ModelPin(job.Result!.Model, job.Result.ModelVersion);
        return (summary, await least.OfAsync(summary, () => models.ManifestAsync(pin, cancel)));
    }
}
