using System.Text.Json;

namespace RoadSeg.Jobs;

/// <summary>The moves a job can make; <see cref="JobStore.TryMoveAsync"/> refuses every other.</summary>
public static class JobStates
{
    private static readonly Dictionary<string, JobState> ByName = Enum.GetValues<JobState>()
        .ToDictionary(state => JsonNamingPolicy.KebabCaseLower.ConvertName(state.ToString()));

    private static readonly Dictionary<JobState, string> ByState = ByName.ToDictionary(pair => pair.Value, pair => pair.Key);

    /// <summary>The states' names in JSON and in parameters.</summary>
    public static IReadOnlyCollection<string> Names => ByName.Keys;

    /// <summary>The state's name in JSON and in parameters.</summary>
    public static string Name(this JobState state) => ByState[state];

    /// <summary>The state of this name, or null.</summary>
    public static JobState? Parse(string name) => ByName.TryGetValue(name, out var state) ? state : null;

    /// <summary>True for the states that are never left.</summary>
    public static bool IsTerminal(this JobState state) => state >= JobState.Succeeded;

    /// <summary>True when a job may go from one state to the other. Received and Running may be re-entered by a new
    /// attempt that takes over from a dead one; Queued by a process that was given the job and can run no model.</summary>
    public static bool CanMove(JobState from, JobState to) =>
        (from, to) switch
        {
            (JobState.AwaitingUpload, JobState.Received or JobState.Queued or JobState.Expired or JobState.Canceled or JobState.Failed) =>
                true,
            (JobState.Received, JobState.Received or JobState.Queued or JobState.Failed or JobState.Canceled) => true,
            (JobState.Queued, JobState.Queued or JobState.Running or JobState.Failed or JobState.Canceled) => true,
            (JobState.Running, JobState.Queued or JobState.Running or JobState.Succeeded or JobState.Failed or JobState.Canceled) => true,
            _ => false,
        };
}
