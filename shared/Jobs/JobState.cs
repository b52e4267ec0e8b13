using System.Text.Json.Serialization;

namespace RoadSeg.Jobs;

/// <summary>Where a job stands. Terminal states are never left.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<JobState>))]
public enum JobState
{
    /// <summary>The photo is awaited, or is there and PreprocessUpload, which may be at it, has not queued the job.</summary>
    [JsonStringEnumMemberName("awaiting-upload")]
    AwaitingUpload,

    /// <summary>The photo is stored; PreprocessUpload owns the job: bulk photos and bare drops.</summary>
    [JsonStringEnumMemberName("received")]
    Received,

    /// <summary>The model input is stored and a segmentation message is, or is about to be, in the queue.</summary>
    [JsonStringEnumMemberName("queued")]
    Queued,

    /// <summary>SegmentImage owns the job.</summary>
    [JsonStringEnumMemberName("running")]
    Running,

    /// <summary>Terminal: the result of the named attempt is complete.</summary>
    [JsonStringEnumMemberName("succeeded")]
    Succeeded,

    /// <summary>Terminal: ended with a code of <c>docs/errors.md</c>.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>Terminal: the caller took it back.</summary>
    [JsonStringEnumMemberName("canceled")]
    Canceled,

    /// <summary>Terminal: no photo came in time.</summary>
    [JsonStringEnumMemberName("expired")]
    Expired,
}
