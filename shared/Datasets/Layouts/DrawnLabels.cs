using RoadSeg.Datasets.Files;
using RoadSeg.Datasets.Mapping;
using RoadSeg.Datasets.Masks;
using RoadSeg.Datasets.Shapes;
using RoadSeg.Labels;

namespace RoadSeg.Datasets.Layouts;

/// <summary>What the labels of drawn shapes mean, and how shapes lie over each other.</summary>
/// <param name="Map">For the masks that are drawn.</param>
/// <param name="Shapes">For drawing them.</param>
internal sealed record DrawnLabels(LabelMap Map, ShapeLabels Shapes)
{
    /// <summary>What a person should know of every layout that is drawn.</summary>
    public const string Note = "Pixels that no shape covers are unlabelled; map \"background\" to make them a class.";

    /// <summary>Labels that the source numbers itself.</summary>
    public static DrawnLabels ById(LayoutInput input, IEnumerable<(int Id, string Name, RgbColor? Color)> labels, bool largerFirst)
    {
        var all = labels.Select(label => label with { Name = Nfc.Of(label.Name) }).OrderBy(label => label.Id).ToList();
        return new DrawnLabels(
            Build(input, all.Select(label => (label.Id, label.Name, label.Color, false))),
            new ShapeLabels(Rules(input, all.Select(label => (label.Id, label.Name)), largerFirst))
        );
    }

    /// <summary>Labels that are names alone.</summary>
    /// <param name="input">The set.</param>
    /// <param name="names">Those that shapes have.</param>
    /// <param name="listed">Those that the source lists, in its order; the others follow by name.</param>
    /// <param name="ignored">Of those the ones that mean no class.</param>
    /// <param name="largerFirst">See <see cref="PaintRules"/>.</param>
    public static DrawnLabels ByName(
        LayoutInput input,
        ShapeNames names,
        IEnumerable<(string Name, RgbColor? Color)> listed,
        Func<string, bool> ignored,
        bool largerFirst
    )
    {
        var all = listed
            .Select(label => label with { Name = Nfc.Of(label.Name) })
            .Concat(names.Keys.Keys.Order(StringComparer.Ordinal).Select(name => (Name: name, Color: (RgbColor?)null)))
            .DistinctBy(label => label.Name)
            .Select((label, i) => (Key: i + 1, label.Name, label.Color))
            .ToList();
        var values = all.ToDictionary(label => label.Name, label => label.Key, StringComparer.Ordinal);
        return new DrawnLabels(
            Build(input, all.Select(label => (label.Key, label.Name, label.Color, ignored(label.Name)))),
            new ShapeLabels(
                Rules(input, all.Select(label => (label.Key, label.Name)), largerFirst),
                names.Keys.ToDictionary(name => name.Value, name => values[name.Key])
            )
        );
    }

    /// <summary>How shapes lie over each other: the user's <c>labels.overlap</c> before the tool's own order.</summary>
    public static PaintRules Rules(LayoutInput input, IEnumerable<(int Key, string Name)> labels, bool largerFirst) =>
        new(largerFirst, Ranks(input, labels), MaskValues.Undrawn, null);

    /// <summary>Rank of each label in <c>labels.overlap</c>; null without one.</summary>
    public static IReadOnlyDictionary<int, int>? Ranks(LayoutInput input, IEnumerable<(int Key, string Name)> labels)
    {
        if (input.Spec.Labels?.Overlap is not { } overlap)
            return null;
        var order = overlap.Select(Nfc.Of).ToList();
        return labels
            .Select(label => (label.Key, Rank: order.IndexOf(label.Name)))
            .Where(label => label.Rank >= 0)
            .ToDictionary(label => label.Key, label => label.Rank);
    }

    private static LabelMap Build(LayoutInput input, IEnumerable<(int Key, string Name, RgbColor? Color, bool Ignored)> labels)
    {
        IEnumerable<(int Key, string Name, RgbColor? Color, bool Ignored)> all =
        [
            (MaskValues.Undrawn, "background", null, true),
            .. labels,
        ];

        // With classes of the user's own a list may be longer than the classes that can be told apart.
        var source = input.Spec.Labels is { Classes: not null } or { Catalogue: not null }
            ? new SourceLabels(
                MaskEncoding.Id,
                [.. all.Select(label => new SourceLabel(label.Key, label.Name, label.Ignored ? SourceLabel.Ignore : label.Name))],
                null
            )
            : SourceLabels.OwnClasses(MaskEncoding.Id, all);
        return LabelMapBuilder.Build(input.Spec.Labels, source);
    }
}
