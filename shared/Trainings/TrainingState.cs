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

/// <summary>The moves a run can make; <see cref="TrainingStore.TryMoveAsync"/> refuses every other.</summary>
public static class TrainingStates
{
    /// <summary>True for the states that are never left.</summary>
    public static bool IsTerminal(this TrainingState state) => state >= TrainingState.Succeeded;

    /// <summary>True when a run may go from one state to the other. A worker that takes over from a dead one goes back to Running.</summary>
    public static bool CanMove(TrainingState from, TrainingState to) => !from.IsTerminal() && (to, from) switch
    {
        (TrainingState.Running, _) => true,
        (TrainingState.Evaluating, TrainingState.Running) => true,
        (TrainingState.Publishing, TrainingState.Evaluating) => true,
        (TrainingState.Succeeded, TrainingState.Publishing) => true,
        (TrainingState.Failed or TrainingState.Canceled, _) => true,
        _ => false,
    };
}
