using RoadSeg.Models;
using RoadSeg.Work;

namespace RoadSeg.Datasets.Audits;

/// <summary>The latest audit of a version: the content of <c>audits/{name}/{version}/record.json</c>. Written only by
/// <see cref="AuditStore"/>.</summary>
public sealed record AuditRecord : IWorkRecord<AuditRecord, AuditState>
{
    /// <summary>Version of this form; readers accept every older one.</summary>
    public int SchemaVersion
    {
        get => field == 0 ? 1 : field;
        init;
    }

    /// <summary>Name of the set.</summary>
    public required string Dataset { get; init; }

    /// <summary>The version.</summary>
    public required string Version { get; init; }

    /// <summary>Which time it was asked for: names the folder of its files, and messages are about it.</summary>
    public required WorkId Run { get; init; }

    /// <summary>Where it stands.</summary>
    public required AuditState State { get; init; }

    /// <summary>Who asked for it.</summary>
    public required string Caller { get; init; }

    /// <summary>The model that audits.</summary>
    public required ModelPin Model { get; init; }

    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When a process first took it.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>The message that works on it; null when nobody does.</summary>
    public WorkOwner? Owner { get; init; }

    /// <summary>When the sweep last took it from an owner that was gone and sent its message again; null when it never had to.</summary>
    public DateTimeOffset? RepairedAt { get; init; }

    /// <summary>How far it is; null before and after.</summary>
    public DatasetProgress? Progress { get; init; }

    /// <summary>File of what was added up so far, from which it goes on; null before the first.</summary>
    public string? Checkpoint { get; init; }

    /// <summary>Regions that are listed, once it succeeded.</summary>
    public int Regions { get; init; }

    /// <summary>Why it failed, when failed.</summary>
    public WorkFailure? Failure { get; init; }

    /// <summary>What last stopped it; it is tried again by itself. Null once it has ended.</summary>
    public DatasetSetback? Setback { get; init; }

    static AuditState IWorkRecord<AuditRecord, AuditState>.Failed => AuditState.Failed;

    static bool IWorkRecord<AuditRecord, AuditState>.HasEnded(AuditState state) => HasEnded(state);

    // One that has ended can be asked for again.
    static bool IWorkRecord<AuditRecord, AuditState>.CanMove(AuditState state, AuditState target) =>
        HasEnded(state) ? target == AuditState.Queued : state == AuditState.Running || target != AuditState.Succeeded;

    /// <summary>True when nothing comes after a state until it is asked for again.</summary>
    public static bool HasEnded(AuditState state) => state is AuditState.Succeeded or AuditState.Failed or AuditState.Canceled;

    /// <inheritdoc/>
    public AuditRecord Enter(AuditState state, DateTimeOffset now) =>
        HasEnded(state)
            ? this with
            {
                State = state,
                FinishedAt = now,
                Owner = null,
                Progress = null,
                Setback = null,
            }
            : this with
            {
                State = state,
                StartedAt = state == AuditState.Running ? StartedAt ?? now : StartedAt,
                FinishedAt = null,
            };

    /// <inheritdoc/>
    public AuditRecord FailedFor(WorkFailure failure) => this with { Failure = failure };

    /// <inheritdoc/>
    public AuditRecord InStateOf(AuditRecord other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return this with { State = other.State, StartedAt = other.StartedAt, FinishedAt = other.FinishedAt };
    }
}
