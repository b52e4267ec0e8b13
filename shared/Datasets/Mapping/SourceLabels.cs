using RoadSeg.Datasets.Files;
using RoadSeg.Labels;

namespace RoadSeg.Datasets.Mapping;

/// <summary>What a layout says about its labels, before the user's own map.</summary>
/// <param name="Encoding">What the masks hold.</param>
/// <param name="Labels">Every label the source lists.</param>
/// <param name="Catalogue">Classes that the targets name; null when the user must give them.</param>
internal sealed record SourceLabels(MaskEncoding Encoding, IReadOnlyList<SourceLabel> Labels, LabelCatalogue? Catalogue)
{
    /// <summary>Each source label is a class of its own, except the ignored.</summary>
    public static SourceLabels OwnClasses(MaskEncoding encoding, IEnumerable<(int Key, string Name, RgbColor? Color, bool Ignored)> labels)
    {
        var all = labels.Select(label => label with { Name = Nfc.Of(label.Name) }).ToList();
        var classes = ClassColors.Catalogue(
            all.Where(label => !label.Ignored).Select(label => (label.Name, label.Color)).DistinctBy(label => label.Name)
        );
        return new SourceLabels(
            encoding,
            [.. all.Select(label => new SourceLabel(label.Key, label.Name, label.Ignored ? SourceLabel.Ignore : label.Name))],
            classes
        );
    }

    /// <summary>The ids are the class ids already.</summary>
    public static SourceLabels Identity(LabelCatalogue catalogue, params IEnumerable<int> ignored) =>
        new(
            MaskEncoding.Id,
            [
                .. catalogue.Classes.Select(label => new SourceLabel(label.Id, label.Name, label.Name)),
                .. ignored.Select(id => new SourceLabel(id, "unlabelled", SourceLabel.Ignore)),
            ],
            catalogue
        );
}
