using System.Text.Json;
using RoadSeg.Imaging;

namespace RoadSeg.Datasets;

/// <summary>What a data team says of its data set: <c>dataset.json</c>, the last file of a drop.</summary>
public sealed record DatasetSpec
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "dataset.json";

    /// <summary>Input of the model that RoadSeg ships with.</summary>
    public static PreprocessSpec ShippedInput { get; } = new(ResizeMode.KeepAspect, 640, 480, 8);

    /// <summary>What a report says of a size that nobody asked for.</summary>
    /// <param name="size">The size.</param>
    /// <param name="model">Whose input it is.</param>
    public static string SizedFor(PreprocessSpec size, string model)
    {
        ArgumentNullException.ThrowIfNull(size);
        return $"Images have the size of the input of {model}, {size.Width}x{size.Height}"
            + $"{(size.Mode == ResizeMode.Stretch ? " stretched" : " in each photo's shape")}: \"target\" in dataset.json sets another.";
    }

    /// <summary>1.</summary>
    public int SchemaVersion { get; init; } = 1;

    /// <summary>Name of the set: 1-63 of a-z, 0-9 and '-', beginning with a letter or digit.</summary>
    public required string Name { get; init; }

    /// <summary>A layout preset (<c>docs/datasets.md</c>).</summary>
    public required string Layout { get; init; }

    /// <summary>Where images and masks lie, instead of where the preset looks.</summary>
    public PatternSpec? Patterns { get; init; }

    /// <summary>Classes and label map, instead of or beside the preset's.</summary>
    public LabelSpec? Labels { get; init; }

    /// <summary>Size of the curated images. Default: the input of the live model in a service, elsewhere <see cref="ShippedInput"/>: a
    /// run learns, and is judged, at the size that it serves at.</summary>
    public PreprocessSpec? Target { get; init; }

    /// <summary>Division into train, val and test.</summary>
    public SplitSpec Split { get; init; } = new();

    /// <summary>Share of all mask pixels that may hold values the map does not know, 0-1; beyond it the set is refused. Default
    /// 0.1.</summary>
    public double MaxUnknownShare { get; init; } = 0.1;

    /// <summary>Licence and origin, for the report and the export; empty when not said.</summary>
    public string Licence { get; init; } = "";

    /// <summary>Identifiers of the images whose masks a person has made or corrected, where the others' are a model's; null when not said.
    /// The report counts them.</summary>
    public IReadOnlyList<string>? Reviewed { get; init; }

    /// <summary>A training run to queue when a dropped set is curated: the form of <c>POST /v1/trainings</c> without dataset and version.
    /// Not read here.</summary>
    public JsonElement? Train { get; init; }
}
