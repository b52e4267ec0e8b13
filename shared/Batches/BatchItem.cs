using System.Text.Json.Serialization;
using RoadSeg.Capture;
using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Batches;

/// <summary>A photo of a batch as it was listed: a line of <see cref="BatchItems.List"/>. Both are null once its caller had it
/// erased.</summary>
/// <param name="Source">Where a photo lies that gets a job; its file name is its name within the batch.</param>
/// <param name="Job">The job that was there before the batch, which knows the photo and its name.</param>
/// <param name="Seconds">Of a frame of a video: when it is shown, counted from the first one.</param>
/// <param name="Captured">Of a frame of a video: when and where it was taken, which its own file does not say.</param>
public sealed record BatchItem(JobSource? Source = null, WorkId? Job = null, double? Seconds = null, Captured? Captured = null)
{
    /// <summary>True once it was erased: it is not tried again, and its name is forgotten.</summary>
    [JsonIgnore]
    public bool IsErased => Source is null && Job is null;

    /// <summary>The job of a round.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="index">Which item this is.</param>
    /// <param name="round">Which time it is tried.</param>
    public WorkId JobOf(WorkId batch, int index, int round) => round == 0 && Job is { } own ? own : batch.OfItem(index, round);
}
