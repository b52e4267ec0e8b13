using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using RoadSeg.Datasets.Comparison;

namespace RoadSeg.Datasets.Audits;

/// <summary>What a model disputes of the labels of a curated version, or of as much of it as was looked at.</summary>
public sealed record DatasetAudit
{
    /// <summary>Name of the set.</summary>
    public required string Name { get; init; }

    /// <summary>Hash of its manifest.</summary>
    public required string Version { get; init; }

    /// <summary>Name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>Version of the model.</summary>
    public required string ModelVersion { get; init; }

    /// <summary>Photos that were looked at, skipped ones among them: the first of the version, in its order.</summary>
    public required int Looked { get; init; }

    /// <summary>Photos that were held against the model.</summary>
    public required int Photos { get; init; }

    /// <summary>Their pixels whose label the model could say.</summary>
    public required long LabelledPixels { get; init; }

    /// <summary>Those of them where it says another class.</summary>
    public required long DisputedPixels { get; init; }

    /// <summary>Disputed pixels by label (<c>from</c>) and what the model says (<c>to</c>), the most first.</summary>
    public required IReadOnlyList<ChangedPair> Pairs { get; init; }

    /// <summary>Disputed regions that were found.</summary>
    public required long Found { get; init; }

    /// <summary>The worst of them, the first first.</summary>
    public required IReadOnlyList<DisputedRegion> Regions { get; init; }

    /// <summary>What could not be audited: photos without labels, damaged ones.</summary>
    public required IReadOnlyList<SkippedPhoto> Skipped { get; init; }

    /// <summary>What a person should know.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>The form of <c>audit.json</c>, ending in a line feed.</summary>
    public byte[] ToJson() => [.. JsonSerializer.SerializeToUtf8Bytes(this, DatasetAuditContext.Readable.DatasetAudit), (byte)'\n'];

    /// <summary>Reads <c>audit.json</c>.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static DatasetAudit FromJson(ReadOnlySpan<byte> utf8Json) =>
        JsonSerializer.Deserialize(utf8Json, DatasetAuditContext.Readable.DatasetAudit) ?? throw new JsonException("The audit is null.");
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true
)]
[JsonSerializable(typeof(DatasetAudit))]
internal sealed partial class DatasetAuditContext : JsonSerializerContext
{
    public static DatasetAuditContext Readable =>
        field ??= new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" });
}
