using RoadSeg.Datasets.Mapping;
using RoadSeg.Labels;

namespace RoadSeg.Datasets.Exports;

/// <summary>Classes as the tools' files can say them.</summary>
internal static class ExportLabels
{
    /// <summary>The classes of a set, after a look at their names.</summary>
    /// <param name="set">The set.</param>
    /// <param name="tool">For the refusal.</param>
    /// <param name="taken">Names that mean something else in the tool's files.</param>
    /// <param name="breaks">Characters that end a name there, beside line breaks and other control characters.</param>
    /// <exception cref="Errors.RoadSegException">dataset-invalid: names the class.</exception>
    public static IReadOnlyList<LabelClass> Of(ExportedSet set, string tool, string[] taken, params ReadOnlySpan<char> breaks)
    {
        foreach (var name in set.Labels.Classes.Select(label => label.Name))
        {
            if (
                name.Length == 0
                || name.Trim() != name
                || name.Any(char.IsControl)
                || name.AsSpan().IndexOfAny(breaks) >= 0
                || taken.Contains(name)
            )
                throw DatasetErrors.Invalid(
                    $"The class {DatasetErrors.Shown(name)} cannot be named in the files of {tool}: give it another name "
                        + "(labels.classes in dataset.json) and curate the set again, or export to another form."
                );
        }

        return set.Labels.Classes;
    }

    /// <summary>A name in YAML's quotation marks: names hold no line breaks here.</summary>
    public static string Quoted(string name) =>
        $"\"{name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    /// <summary>Colours by class of which none is black, for forms in which black is what nobody labelled.</summary>
    public static RgbColor[] WithoutBlack(LabelCatalogue labels) =>
        ClassColors.Catalogue(labels.Classes.Select(label => (label.Name, (RgbColor?)label.Color))).Colors();
}
