using System.Text.Json.Serialization;
using RoadSeg.Capture;
using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Batches;

/// <summary>A photo of a batch as the HTTP API shows it; a line of the manifest.</summary>
/// <param name="Index">Which photo of the batch, from 0.</param>
/// <param name="Name">Its name as given, within the prefix; absent once it was erased.</param>
/// <param name="State">Where its job stands: waiting while it has none of this round, erased for good.</param>
/// <param name="Job">Its job; absent while it has none.</param>
/// <param name="Code">Error code, when failed.</param>
/// <param name="Message">What happened and what to do, when failed.</param>
/// <param name="Width">Columns of the photo and its mask, upright, once its header was read.</param>
/// <param name="Height">Rows.</param>
/// <param name="Shares">Share of each class that has a pixel, 0-1, by its name, when succeeded.</param>
/// <param name="Captured">When, where and with what it was taken, as far as its file says.</param>
/// <param name="Links">Addresses by name, relative to the service: the job, and its results when it has succeeded.</param>
/// <param name="Seconds">Of a frame of a video: when it is shown, counted from the first one.</param>
public sealed record BatchItemView(
    int Index,
    string? Name,
    [property: JsonRequired] string State,
    WorkId? Job = null,
    string? Code = null,
    string? Message = null,
    int? Width = null,
    int? Height = null,
    IReadOnlyDictionary<string, double>? Shares = null,
    Captured? Captured = null,
    IReadOnlyDictionary<string, string>? Links = null,
    double? Seconds = null
)
{
    /// <summary>Where an item stands that has no job of the round yet.</summary>
    public const string Waiting = "waiting";

    /// <summary>Where an item stands whose caller had it erased.</summary>
    public const string Erased = "erased";

    /// <summary>The view of an item.</summary>
    /// <param name="index">Which it is.</param>
    /// <param name="item">As it was listed.</param>
    /// <param name="job">Its latest job; null while it has none.</param>
    public static BatchItemView Of(int index, BatchItem item, JobRecord? job)
    {
        ArgumentNullException.ThrowIfNull(item);
        return job switch
        {
            null => new BatchItemView(
                index,
                item.Source?.FileName,
                item.IsErased ? Erased : Waiting,
                Captured: item.Captured,
                Seconds: item.Seconds
            ),
            { ErasedAt: not null } => new BatchItemView(index, null, Erased),
            _ => new BatchItemView(
                index,
                item.Source?.FileName ?? job.Source.FileName,
                JobStates.Name(job.State),
                job.Id,
                job.Failure?.Code,
                job.Failure?.Message,
                job.Image?.Width,
                job.Image?.Height,
                job.Shares,
                job.Captured,
                JobView.Of(job).Links,
                item.Seconds
            ),
        };
    }
}
