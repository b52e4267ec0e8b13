using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RoadSeg.Datasets.Comparison;

/// <summary>What became of a data set from one curated version to another: photos that came, went, or have other labels, and how the
/// classes shifted.</summary>
public sealed record DatasetComparison
{
    /// <summary>The earlier version.</summary>
    public required ComparedVersion Before { get; init; }

    /// <summary>The later version.</summary>
    public required ComparedVersion After { get; init; }

    /// <summary>Photos of the later one alone, by identifier.</summary>
    public required IReadOnlyList<string> Added { get; init; }

    /// <summary>Photos of the earlier one alone.</summary>
    public required IReadOnlyList<string> Removed { get; init; }

    /// <summary>Identifiers that stand for other photos now: other bytes of the file.</summary>
    public required IReadOnlyList<string> Replaced { get; init; }

    /// <summary>The same photos under other labels, the most changed first.</summary>
    public required IReadOnlyList<RelabelledPhoto> Relabelled { get; init; }

    /// <summary>The same photos in another split.</summary>
    public required IReadOnlyList<MovedPhoto> Moved { get; init; }

    /// <summary>How many photos are in both under the same labels.</summary>
    public required int Unchanged { get; init; }

    /// <summary>What pixels of relabelled photos changed from and to, the most first. <c>unlabelled</c> stands for no class.</summary>
    public required IReadOnlyList<ChangedPair> Changes { get; init; }

    /// <summary>Every class of either version, the one that shifted most first.</summary>
    public required IReadOnlyList<ComparedClass> Classes { get; init; }

    /// <summary>What a person should know.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>The form of <c>diff.json</c>, ending in a line feed.</summary>
    public byte[] ToJson() =>
        [.. JsonSerializer.SerializeToUtf8Bytes(this, DatasetComparisonContext.Readable.DatasetComparison), (byte)'\n'];

    /// <summary>Reads <c>diff.json</c>.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static DatasetComparison FromJson(ReadOnlySpan<byte> utf8Json) =>
        JsonSerializer.Deserialize(utf8Json, DatasetComparisonContext.Readable.DatasetComparison)
        ?? throw new JsonException("The comparison is null.");
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true
)]
[JsonSerializable(typeof(DatasetComparison))]
internal sealed partial class DatasetComparisonContext : JsonSerializerContext
{
    public static DatasetComparisonContext Readable =>
        field ??= new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" });
}
