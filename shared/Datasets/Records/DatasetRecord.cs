using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using RoadSeg.Jobs;

namespace RoadSeg.Datasets;

/// <summary>Where a dropped data set stands.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DatasetState>))]
public enum DatasetState
{
    /// <summary>It is being checked and curated.</summary>
    [JsonStringEnumMemberName("checking")]
    Checking,

    /// <summary>The named version can be trained on.</summary>
    [JsonStringEnumMemberName("ready")]
    Ready,

    /// <summary>It cannot be used; the report says why. An earlier version stays.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,
}

/// <summary>What is known of a data set by name: the content of <c>curated/{name}/record.json</c>. Written only by <see cref="DatasetStore"/>.</summary>
public sealed record DatasetRecord
{
    /// <summary>Version of this form; readers accept every older one.</summary>
    public int SchemaVersion { get => field == 0 ? 1 : field; init; }

    /// <summary>Name of the set.</summary>
    public required string Name { get; init; }

    /// <summary>Where the latest drop stands.</summary>
    public required DatasetState State { get; init; }

    /// <summary>ETag of the <c>dataset.json</c> it is about, unquoted: one drop. Empty where the set came curated and was never dropped.</summary>
    public required string Drop { get; init; }

    /// <summary>The message that works on it; null when nobody does.</summary>
    public JobOwner? Owner { get; init; }

    /// <summary>When the sweep last took the drop from an owner that was gone and sent its event again; null when it never had to.</summary>
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
    public IReadOnlyList<string> Versions { get => field ?? []; init; }

    /// <summary>Why the latest drop cannot be used; null when it can.</summary>
    public JobFailure? Failure { get; init; }

    /// <summary>The training run that the drop asked for.</summary>
    public JobId? Training { get; init; }

    /// <summary>The record with one more usable version, which is then the newest; a version it has already moves to the end.</summary>
    public DatasetRecord With(string version) => this with { Version = version, Versions = [.. Versions.Where(known => known != version), version] };
}

/// <summary>A data set as the HTTP API shows it.</summary>
/// <param name="Name">Name of the set.</param>
/// <param name="State">Where the latest drop stands.</param>
/// <param name="Drop">ETag of the <c>dataset.json</c> it is about, unquoted; empty where there was none.</param>
/// <param name="ReceivedAt">When it was first seen.</param>
/// <param name="FinishedAt">When it became ready or failed.</param>
/// <param name="Progress">How far the check is.</param>
/// <param name="Version">Newest usable version.</param>
/// <param name="Versions">Every usable version, the newest last.</param>
/// <param name="Failure">Why the latest drop cannot be used.</param>
/// <param name="Training">The training run that the drop asked for.</param>
/// <param name="Links">Addresses by name, relative to the service: self, and once checked report (JSON), page (HTML) and faults (JSON lines).</param>
public sealed record DatasetView(
    [property: JsonRequired] string Name, DatasetState State, [property: JsonRequired] string Drop, DateTimeOffset ReceivedAt, DateTimeOffset? FinishedAt, DatasetProgress? Progress, string? Version,
    [property: JsonRequired] IReadOnlyList<string> Versions, JobFailure? Failure, JobId? Training, [property: JsonRequired] IReadOnlyDictionary<string, string> Links)
{
    /// <summary>The view of a record.</summary>
    public static DatasetView Of(DatasetRecord set)
    {
        ArgumentNullException.ThrowIfNull(set);
        var self = $"/v1/datasets/{set.Name}";
        var links = new Dictionary<string, string> { ["self"] = self };
        if (set.FinishedAt is not null)
        {
            links["report"] = $"{self}/report";
            links["page"] = $"{self}/report.html";
            links["faults"] = $"{self}/faults";
        }

        return new DatasetView(set.Name, set.State, set.Drop, set.ReceivedAt, set.FinishedAt, set.Progress, set.Version, set.Versions, set.Failure, set.Training, links);
    }
}

/// <summary>The data sets, by name.</summary>
/// <param name="Items">One entry a name.</param>
public sealed record DatasetList([property: JsonRequired] IReadOnlyList<DatasetView> Items);

/// <summary>The JSON forms of data-set records. Each is pinned by a file in <c>tests/contracts</c>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = 16,
    RespectNullableAnnotations = true,
    Converters = [typeof(Rfc3339Time)])]
[JsonSerializable(typeof(DatasetRecord))]
[JsonSerializable(typeof(DatasetView))]
[JsonSerializable(typeof(DatasetList))]
public sealed partial class DatasetRecordJson : JsonSerializerContext;
