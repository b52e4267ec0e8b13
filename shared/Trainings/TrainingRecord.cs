using RoadSeg.Jobs;
using RoadSeg.Registry;
using RoadSeg.Work;

namespace RoadSeg.Trainings;

/// <summary>Everything known of a training run: the content of <c>trainings/{id}/record.json</c>. Written only by
/// <see cref="TrainingStore"/>.</summary>
public sealed record TrainingRecord : IWorkRecord<TrainingRecord, TrainingState>
{
    /// <summary>Version of this form; readers accept every older one.</summary>
    public int SchemaVersion
    {
        get => field == 0 ? 1 : field;
        init;
    }

    /// <summary>The run's id.</summary>
    public required WorkId Id { get; init; }

    /// <summary>Where the run stands.</summary>
    public required TrainingState State { get; init; }

    /// <summary>Who asked for it: see <see cref="Callers"/>.</summary>
    public required string Caller { get; init; }

    /// <summary>What it learns from, and how.</summary>
    public required TrainingPlan Plan { get; init; }

    /// <summary>When each state was first entered.</summary>
    public required TrainingTimes Times { get; init; }

    /// <summary>The message a worker works for, and when that worker last gave a sign of life; null before and after.</summary>
    public WorkOwner? Owner { get; init; }

    /// <summary>Workers that took it so far. An older attempt can neither report nor publish.</summary>
    public int Attempt { get; init; }

    /// <summary>Updates in the newest checkpoint that was stored.</summary>
    public long Checkpoint { get; init; }

    /// <summary>Deliveries of the owner's message up to the one that stored that checkpoint. They do not count against the run: it got
    /// somewhere.</summary>
    public long FruitfulDeliveries { get; init; }

    /// <summary>How far it is; null before the first update.</summary>
    public TrainingProgress? Progress { get; init; }

    /// <summary>Version that came of it, once it is in the registry.</summary>
    public string? Version { get; init; }

    /// <summary>What the gate found, once it was asked.</summary>
    public GateReport? Gate { get; init; }

    /// <summary>Why it failed, when failed.</summary>
    public WorkFailure? Failure { get; init; }

    static TrainingState IWorkRecord<TrainingRecord, TrainingState>.Failed => TrainingState.Failed;

    static bool IWorkRecord<TrainingRecord, TrainingState>.HasEnded(TrainingState state) => state.IsTerminal();

    static bool IWorkRecord<TrainingRecord, TrainingState>.CanMove(TrainingState state, TrainingState target) =>
        TrainingStates.CanMove(state, target);

    /// <inheritdoc/>
    public TrainingRecord Enter(TrainingState state, DateTimeOffset now) =>
        this with
        {
            State = state,
            Times = state switch
            {
                TrainingState.Running => Times with { StartedAt = Times.StartedAt ?? now },
                _ when state.IsTerminal() => Times with { FinishedAt = now },
                _ => Times,
            },
            Owner = state.IsTerminal() ? null : Owner,
        };

    /// <inheritdoc/>
    public TrainingRecord FailedFor(WorkFailure failure) => this with { Failure = failure };

    /// <inheritdoc/>
    public TrainingRecord InStateOf(TrainingRecord other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return this with { State = other.State, Times = other.Times };
    }
}
