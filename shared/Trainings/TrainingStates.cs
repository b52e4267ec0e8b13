namespace RoadSeg.Trainings;

/// <summary>The moves a run can make; <see cref="TrainingStore.TryMoveAsync"/> refuses every other.</summary>
public static class TrainingStates
{
    /// <summary>True for the states that are never left.</summary>
    public static bool IsTerminal(this TrainingState state) => state >= TrainingState.Succeeded;

    /// <summary>True when a run may go from one state to the other. A worker that takes over from a dead one goes back to
    /// Running.</summary>
    public static bool CanMove(TrainingState from, TrainingState to) =>
        !from.IsTerminal()
        && (to, from) switch
        {
            (TrainingState.Running, _) => true,
            (TrainingState.Evaluating, TrainingState.Running) => true,
            (TrainingState.Publishing, TrainingState.Evaluating) => true,
            (TrainingState.Succeeded, TrainingState.Publishing) => true,
            (TrainingState.Failed or TrainingState.Canceled, _) => true,
            _ => false,
        };
}
