using System.Diagnostics.CodeAnalysis;
using RoadSeg.Work;

namespace RoadSeg.Datasets;

/// <summary>What is known of a data set by name: the content of <c>curated/{name}/record.json</c>. Written only by
/// <see cref="DatasetStore"/>.</summary>
public sealed record DatasetRecord
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

    /// <summary>The training run that the drop asked for.</summary>
    public WorkId? Training { get; init; }

    /// <summary>The record with one more usable version, which is then the newest; a version it has already moves to the end.</summary>
    public DatasetRecord With(string version) =>
        this with
        {
            Version = version,
            Versions = [.. Versions.Where(known => known != version), version],
        };
}
