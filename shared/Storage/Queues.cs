namespace RoadSeg.Storage;

/// <summary>Storage queues of a deployment. Bodies are raw UTF-8 JSON (<c>messageEncoding: none</c>).</summary>
public static class Queues
{
    /// <summary>Event Grid BlobCreated events of the uploads container.</summary>
    public const string UploadsCreated = "uploads-created";

    /// <summary>One <see cref="Jobs.SegmentationMessage"/> a job.</summary>
    public const string SegmentationJobs = "segmentation-jobs";

    /// <summary>Messages that failed as often as the host allows are moved to the queue of this name.</summary>
    public static string Poison(string queue) => queue + "-poison";

    /// <summary>All queues, the poison queues included.</summary>
    public static IReadOnlyList<string> All { get; } =
        [UploadsCreated, SegmentationJobs, Poison(UploadsCreated), Poison(SegmentationJobs)];

    /// <summary>Which container's blob events go to which queue.</summary>
    public static IReadOnlyDictionary<string, string> BlobEvents { get; } =
        new Dictionary<string, string> { [Containers.Uploads] = UploadsCreated };
}
