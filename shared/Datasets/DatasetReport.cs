using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using RoadSeg.Datasets.Checks;
using RoadSeg.Errors;
using RoadSeg.Imaging;
using RoadSeg.Labels;

namespace RoadSeg.Datasets;

/// <summary>What was found in a data set. <c>report.json</c> is this record.</summary>
public sealed record DatasetReport
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "report.json";

    private static readonly DatasetReportContext Form = new(new JsonSerializerOptions(DatasetReportContext.Default.Options)
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
    });

    /// <summary>1.</summary>
    public int SchemaVersion { get => field == 0 ? 1 : field; init; }

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

/// <summary>Why a set cannot be used.</summary>
/// <param name="Code">Code of <see cref="ErrorCodes"/>.</param>
/// <param name="Message">What to do.</param>
public sealed record DatasetProblem(string Code, string Message);

/// <summary>Images of a split.</summary>
/// <param name="Split">Which.</param>
/// <param name="Images">Usable images.</param>
/// <param name="Groups">Drives or scenes; 0 where none are known.</param>
public sealed record SplitCount(Split Split, long Images, int Groups);

/// <summary>Images of a size.</summary>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
/// <param name="Images">How many.</param>
public sealed record SizeCount(int Width, int Height, long Images);

/// <summary>A class in the usable images.</summary>
/// <param name="Id">Class id.</param>
/// <param name="Name">Name.</param>
/// <param name="Color">Display colour.</param>
/// <param name="Pixels">Pixels at the target size.</param>
/// <param name="Share">Share of the labelled pixels, 0-1.</param>
/// <param name="Images">Images it appears in.</param>
public sealed record ClassCount(int Id, string Name, RgbColor Color, long Pixels, double Share, long Images);

/// <summary>A value of the masks.</summary>
/// <param name="Value">As in the mask: <c>#rrggbb</c> or an id.</param>
/// <param name="Name">What the source calls it; empty for unnamed.</param>
/// <param name="Class">Class it is mapped to; ignore, unknown, ambiguous or overlap.</param>
/// <param name="Pixels">Pixels of all masks that could be read.</param>
/// <param name="Images">Masks that hold it.</param>
public sealed record ValueCount(string Value, string Name, string Class, long Pixels, long Images);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, UseStringEnumConverter = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(DatasetReport))]
internal sealed partial class DatasetReportContext : JsonSerializerContext;
