using System.Text.Json.Serialization;

namespace RoadSeg.Batches;

/// <summary>What the photos of a batch are: one of the four.</summary>
/// <param name="Prefix">Those whose names in container <c>batches</c> begin so, <c>batch.json</c> excepted.</param>
/// <param name="Names">How many blobs of container <c>batches</c> were named; their list lies with the batch.</param>
/// <param name="Tags">The caller's jobs that have all of these tags: they are taken into the batch as they are.</param>
/// <param name="Clip">A video, whose frames they are.</param>
public sealed record BatchSource(
    string? Prefix = null,
    int? Names = null,
    IReadOnlyDictionary<string, string>? Tags = null,
    ClipSource? Clip = null
)
{
    /// <summary>True where the items are jobs that were there before the batch.</summary>
    [JsonIgnore]
    public bool IsOfJobs => Tags is not null;
}
