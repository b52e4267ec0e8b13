using System.Text.Json.Serialization;

namespace RoadSeg.Batches;

/// <summary>Where a batch stands.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BatchState>))]
public enum BatchState
{
    /// <summary>Its photos are being listed; none has a job of the batch yet.</summary>
    [JsonStringEnumMemberName("listing")]
    Listing,

    /// <summary>Its photos get their jobs, a window of them at a time.</summary>
    [JsonStringEnumMemberName("running")]
    Running,

    /// <summary>No photo gets a job any more; those under way are being canceled.</summary>
    [JsonStringEnumMemberName("canceling")]
    Canceling,

    /// <summary>Every photo's job has ended, as whatever.</summary>
    [JsonStringEnumMemberName("completed")]
    Completed,

    /// <summary>Canceled; what had ended before keeps its results.</summary>
    [JsonStringEnumMemberName("canceled")]
    Canceled,

    /// <summary>The batch itself could not be: nothing to list, too many photos, a description that cannot be read.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,
}
