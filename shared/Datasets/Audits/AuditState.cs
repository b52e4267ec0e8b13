using System.Text.Json.Serialization;

namespace RoadSeg.Datasets.Audits;

/// <summary>Where an audit stands.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AuditState>))]
public enum AuditState
{
    /// <summary>A message is, or is about to be, in the queue: it waits, to begin or to go on.</summary>
    [JsonStringEnumMemberName("queued")]
    Queued,

    /// <summary>A process looks at photos.</summary>
    [JsonStringEnumMemberName("running")]
    Running,

    /// <summary>Its regions are there.</summary>
    [JsonStringEnumMemberName("succeeded")]
    Succeeded,

    /// <summary>Ended with a code of <c>docs/errors.md</c>.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>Somebody took it back.</summary>
    [JsonStringEnumMemberName("canceled")]
    Canceled,
}
