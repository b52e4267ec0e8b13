using System.Text.Json.Serialization;

namespace RoadSeg.Trainings;

/// <summary>Where a training run stands. Terminal states are never left.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TrainingState>))]
public enum TrainingState
{
    /// <summary>A message is, or is about to be, in the queue.</summary>
    [JsonStringEnumMemberName("queued")]
    Queued,

    /// <summary>A worker learns.</summary>
    [JsonStringEnumMemberName("running")]
    Running,

    /// <summary>A worker exports the best weights and scores them.</summary>
    [JsonStringEnumMemberName("evaluating")]
    Evaluating,

    /// <summary>A worker puts the package into the registry and through the gate.</summary>
    [JsonStringEnumMemberName("publishing")]
    Publishing,

    /// <summary>Terminal: the version is in the registry; its gate report says whether it went live.</summary>
    [JsonStringEnumMemberName("succeeded")]
    Succeeded,

    /// <summary>Terminal: ended with a code of <c>docs/errors.md</c>.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>Terminal: somebody took it back.</summary>
    [JsonStringEnumMemberName("canceled")]
    Canceled,
}
