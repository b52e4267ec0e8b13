using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using RoadSeg.Errors;
using RoadSeg.Imaging;

namespace RoadSeg.Datasets;

/// <summary>What was found in a data set. <c>report.json</c> is this record.</summary>
public sealed record DatasetReport
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "report.json";

    private static readonly DatasetReportContext Form = new(
        new JsonSerializerOptions(DatasetReportContext.Default.Options)
        {
            Converters =
            {
                new JsonStringEnumConverter<SplitSource>(null, allowIntegerValues: false),
                new JsonStringEnumConverter<Split>(null, allowIntegerValues: false),
                new JsonStringEnumConverter<ResizeMode>(null, allowIntegerValues: false),
                new JsonStringEnumConverter<FaultKind>(null, allowIntegerValues: false),
            },
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            NewLine = "\n",
        }
    );

    /// <summary>1.</summary>
    public int SchemaVersion
    {
        get => field == 0 ? 1 : field;
        init;
    }

    /// <summary>Name of the set.</summary>
    public required string Name { get; init; }

    /// <summary>Layout it was read by.</summary>
    public required string Layout { get; init; }

    /// <summary>Licence and origin, as given.</summary>
    public required string Licence { get; init; }

    /// <summary>When it was checked.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Version of the curated set; null when none was made.</summary>
    public string? Version { get; init; }

    /// <summary>Why the set cannot be used; null when it can.</summary>
    public DatasetProblem? Problem { get; init; }

    /// <summary>Files found.</summary>
    public required long Files { get; init; }

    /// <summary>Images with a mask.</summary>
    public required long Pairs { get; init; }

    /// <summary>Pairs that passed the checks.</summary>
    public required long Usable { get; init; }

    /// <summary>Size of the curated images.</summary>
    public required PreprocessSpec Target { get; init; }

    /// <summary>Where the division came from.</summary>
    public required SplitSource SplitBy { get; init; }

    /// <summary>Usable images by split.</summary>
    public required IReadOnlyList<SplitCount> Splits { get; init; }

    /// <summary>Sizes of the files, the most frequent first; 0 x 0 stands for all beyond the first thousand.</summary>
    public required IReadOnlyList<SizeCount> Sizes { get; init; }

    /// <summary>Classes with their pixels at the target size.</summary>
    public required IReadOnlyList<ClassCount> Classes { get; init; }

    /// <summary>Every value of the masks with its pixels at the masks' own size.</summary>
    public required IReadOnlyList<ValueCount> Values { get; init; }

    /// <summary>Pixels of all masks.</summary>
    public required long Pixels { get; init; }

    /// <summary>Pixels whose value the label map does not know or knows as several classes.</summary>
    public required long UnknownPixels { get; init; }

    /// <summary>SHA-256 of the label map.</summary>
    public required string LabelMapSha256 { get; init; }

    /// <summary>Findings by kind.</summary>
    public required IReadOnlyList<FaultGroup> Faults { get; init; }

    /// <summary>What a person should know.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>The form of <c>report.json</c>, ending in a line feed.</summary>
    public byte[] ToJson() => [.. JsonSerializer.SerializeToUtf8Bytes(this, Form.DatasetReport), (byte)'\n'];

    /// <summary>Reads <c>report.json</c>.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static DatasetReport FromJson(ReadOnlySpan<byte> utf8Json) =>
        JsonSerializer.Deserialize(utf8Json, Form.DatasetReport) ?? throw new JsonException("The report is null.");

    /// <summary>Throws what makes the set unusable, if anything does.</summary>
    /// <exception cref="RoadSegException">dataset-empty, dataset-labels-unknown or dataset-split-empty.</exception>
    public void ThrowIfUnusable()
    {
        if (Problem is { } problem)
            throw new RoadSegException(ErrorCodes.Parse(problem.Code), problem.Message);
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true
)]
[JsonSerializable(typeof(DatasetReport))]
internal sealed partial class DatasetReportContext : JsonSerializerContext;
