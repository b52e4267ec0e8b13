using System.Text.Json;

namespace RoadSeg.Datasets;

/// <summary>The user's part of the label map.</summary>
public sealed record LabelSpec
{
    /// <summary>A built-in catalogue; null for the preset's.</summary>
    public string? Catalogue { get; init; }

    /// <summary>Classes in the order of their ids, instead of a catalogue.</summary>
    public IReadOnlyList<ClassSpec>? Classes { get; init; }

    /// <summary>What the masks hold; null for the preset's, or ids.</summary>
    public MaskEncoding? Encoding { get; init; }

    /// <summary>Value to class. Keys: <c>#rrggbb</c>, <c>r,g,b</c>, an id or palette index, or a name of the source's own list. Values: a
    /// class name, a class id, or <c>"ignore"</c>.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Map { get; init; }

    /// <summary>Masks count classes from 1 and keep 0 for "no label" (ADE style). Default false.</summary>
    public bool ReduceLabels { get; init; }

    /// <summary>Layouts whose labels are drawn, and Label Studio's pictures: labels from the lowest to the top; a pixel that two cover
    /// belongs to the later one, and labels that are not listed lie lowest. Without it the tool's own order counts, or larger shapes lie
    /// below smaller ones; pixels of two brushes of Label Studio stay unlabelled.</summary>
    public IReadOnlyList<string>? Overlap { get; init; }
}
