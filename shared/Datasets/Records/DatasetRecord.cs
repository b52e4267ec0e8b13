using System.Diagnostics.CodeAnalysis;
using RoadSeg.Work;

namespace RoadSeg.Datasets;

/// <summary>What is known of a data set by name: the content of <c>curated/{name}/record.json</c>. Written only by
/// <see cref="DatasetStore"/>.</summary>
public sealed record DatasetRecord : IWorkRecord<DatasetRecord, DatasetState>
{
    /// <summary>Version of this form; readers accept every older one.</summary>
    public int SchemaVersion
    {
        get => field == 0 ? 1 : field;
        init;
    }

    /// <summary>Name of the set.</summary>
    public required string Name { get; init; }

    /// <summary>Where the latest drop stands.</summary>
    public required DatasetState State { get; init; }

    /// <summary>ETag of the <c>dataset.json</c> it is about, unquoted: one drop. Empty where the set came curated and was never
    /// dropped.</summary>
    public required string Drop { get; init; }

    /// <summary>The message that works on it; null when nobody does.</summary>
    public WorkOwner? Owner { get; init; }

    /// <summary>When the sweep last took the drop from an owner that was gone and sent its event again; null when it never had
    /// to.</summary>
    public DateTimeOffset? RepairedAt { get; init; }

    /// <summary>When the drop was first seen.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>When it became ready or failed.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>How far the check is: what is done now, and how many of how many; null before and after.</summary>
    public DatasetProgress? Progress { get; init; }

    /// <summary>Newest usable version; may be of an earlier drop.</summary>
    public string? Version { get; init; }

    /// <summary>Every usable version, the newest last.</summary>
    [AllowNull]
    public IReadOnlyList<string> Versions
    {
        get => field ?? [];
        init;
    }

    /// <summary>Why the latest drop cannot be used; null when it can.</summary>
    public WorkFailure? Failure { get; init; }

    /// <summary>What last stopped the check of this drop, which is tried again by itself; null once it has ended.</summary>
    public DatasetSetback? Setback { get; init; }

    /// <summary>Files that arrived after the drop was said to be complete; null where none did.</summary>
    public DatasetLate? Late { get; init; }

    /// <summary>The training run that the drop asked for.</summary>
    public WorkId? Training { get; init; }

    static DatasetState IWorkRecord<DatasetRecord, DatasetState>.Failed => DatasetState.Failed;

    static bool IWorkRecord<DatasetRecord, DatasetState>.HasEnded(DatasetState state) => state != DatasetState.Checking;

    // A new drop has the set checked again from every state, and a version that was curated elsewhere makes it ready.
    static bool IWorkRecord<DatasetRecord, DatasetState>.CanMove(DatasetState state, DatasetState target) =>
        state == DatasetState.Checking || target != DatasetState.Failed;

    /// <inheritdoc/>
    public DatasetRecord Enter(DatasetState state, DateTimeOffset now) =>
        state == DatasetState.Checking
            ? this with
            {
                State = state,
                FinishedAt = null,
                Failure = null,
            }
            : this with
            {
                State = state,
                FinishedAt = now,
                Owner = null,
                Progress = null,
                Setback = null,
            };

    /// <inheritdoc/>
    public DatasetRecord FailedFor(WorkFailure failure) => this with { Failure = failure };

    /// <inheritdoc/>
    public DatasetRecord InStateOf(DatasetRecord other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return this with { State = other.State, ReceivedAt = other.ReceivedAt, FinishedAt = other.FinishedAt };
    }

    /// <summary>The record with one more usable version, which is then the newest; a version it has already moves to the end.</summary>
    public DatasetRecord With(string version) =>
        this with
        {
            Version = version,
            Versions = [.. Versions.Where(known => known != version), version],
        };
}
