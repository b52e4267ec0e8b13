using System.Text.Json;
using System.Text.Json.Serialization;
using RoadSeg.Datasets.Mapping;
using RoadSeg.Errors;
using RoadSeg.Imaging;
using RoadSeg.Labels;

namespace RoadSeg.Datasets;

/// <summary>What a data team says of its data set: <c>dataset.json</c>, the last file of a drop.</summary>
public sealed record DatasetSpec
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "dataset.json";

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

    /// <summary>Size of the curated images. Default 256 x 256, stretched.</summary>
    public PreprocessSpec Target { get; init; } = new(ResizeMode.Stretch, 256, 256, 1);

    /// <summary>Division into train, val and test.</summary>
    public SplitSpec Split { get; init; } = new();

    /// <summary>Share of all mask pixels that may hold values the map does not know, 0-1; beyond it the set is refused. Default 0.1.</summary>
    public double MaxUnknownShare { get; init; } = 0.1;

    /// <summary>Licence and origin, for the report and the export; empty when not said.</summary>
    public string Licence { get; init; } = "";

    /// <summary>A training run to queue when a dropped set is curated: the form of <c>POST /v1/trainings</c> without dataset and version. Not read here.</summary>
    public JsonElement? Train { get; init; }
}

/// <summary>Patterns of paths below the set's root: <c>{split}</c>, <c>{group}</c>, <c>{id}</c> and other names in braces stand for a part of one
/// folder or file name, <c>*</c> for anything in one, <c>**</c> for any folders.</summary>
/// <param name="Image">Pattern of the images, such as <c>images/{split}/{id}.jpg</c>.</param>
/// <param name="Mask">Pattern of the masks, such as <c>labels/{split}/{id}.png</c>. Names that both have make the identifier that pairs them.</param>
public sealed record PatternSpec(string Image, string Mask);

/// <summary>A class to map to.</summary>
/// <param name="Name">Unique name.</param>
/// <param name="Color">Display colour; one is chosen when it is missing.</param>
public sealed record ClassSpec(string Name, RgbColor? Color = null);

/// <summary>The user's part of the label map.</summary>
public sealed record LabelSpec
{
    /// <summary>A built-in catalogue; null for the preset's.</summary>
    public string? Catalogue { get; init; }

    /// <summary>Classes in the order of their ids, instead of a catalogue.</summary>
    public IReadOnlyList<ClassSpec>? Classes { get; init; }

    /// <summary>What the masks hold; null for the preset's, or ids.</summary>
    public MaskEncoding? Encoding { get; init; }

    /// <summary>Value to class. Keys: <c>#rrggbb</c>, <c>r,g,b</c>, an id or palette index, or a name of the source's own list. Values: a class
    /// name, a class id, or <c>"ignore"</c>.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Map { get; init; }

    /// <summary>Masks count classes from 1 and keep 0 for "no label" (ADE style). Default false.</summary>
    public bool ReduceLabels { get; init; }

    /// <summary>Label Studio only: labels from the lowest layer to the top; a pixel that two labels cover belongs to the later one. Without it
    /// such pixels stay unlabelled.</summary>
    public IReadOnlyList<string>? Overlap { get; init; }
}

/// <summary>Division of a set.</summary>
public sealed record SplitSpec
{
    /// <summary>Where the division comes from. Default: the layout where it has one, else the seed.</summary>
    public SplitSource By { get; init; } = SplitSource.Auto;

    /// <summary>Decides which groups go where. Default 1.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Share of the images, 0-1. Default 0.8.</summary>
    public double Train { get; init; } = 0.8;

    /// <summary>Share of the images, 0-1. Default 0.1.</summary>
    public double Val { get; init; } = 0.1;

    /// <summary>Share of the images, 0-1; the three add up to 1. Default 0.1.</summary>
    public double Test { get; init; } = 0.1;

    /// <summary>Regular expression over the identifier whose first group names the drive or scene that must stay together; <c>none</c> to divide
    /// single images; null for the layout's own.</summary>
    public string? Group { get; init; }
}

/// <summary>Where a division comes from.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SplitSource>))]
public enum SplitSource
{
    /// <summary>From the layout where it has one, else by seed.</summary>
    [JsonStringEnumMemberName("auto")]
    Auto,

    /// <summary>From the layout's folders or lists.</summary>
    [JsonStringEnumMemberName("layout")]
    Layout,

    /// <summary>By seed and group, whatever the layout says.</summary>
    [JsonStringEnumMemberName("seed")]
    Seed,
}

/// <summary>A part of a set.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Split>))]
public enum Split
{
    /// <summary>Learned from.</summary>
    [JsonStringEnumMemberName("train")]
    Train,

    /// <summary>Watched while learning.</summary>
    [JsonStringEnumMemberName("val")]
    Val,

    /// <summary>Kept for the end.</summary>
    [JsonStringEnumMemberName("test")]
    Test,
}
