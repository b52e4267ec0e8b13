using System.Globalization;
using RoadSeg.Datasets.Mapping;
using RoadSeg.Labels;

namespace RoadSeg.Datasets.Layouts;

/// <summary>COCO's two forms of semantic labels.</summary>
internal static class Coco
{
    /// <summary>Ids 0-181 are COCO's category ids less one; labels.txt counts from 1 and keeps 0 for unlabelled.</summary>
    public static Layout Stuff { get; } =
        new PatternLayout(
            "coco-stuff",
            "COCO-Stuff: stuffthingmaps/{split}2017/x.png (ids 0-181, 255 unlabelled) beside images/{split}2017/x.jpg or "
                + "{split}2017/x.jpg, names by labels.txt",
            [
                new("{split}2017/{id}.{ext}", "stuffthingmaps/{split}2017/{id}.png"),
                new("images/{split}2017/{id}.{ext}", "annotations/{split}2017/{id}.png"),
            ],
            StuffLabelsAsync
        );

    private static async Task<SourceLabels?> StuffLabelsAsync(LayoutInput input, CancellationToken cancel)
    {
        if (await input.ListAsync("labels.txt", cancel) is not { } text)
        {
            return input.Spec.Labels is { Classes: not null, Map: not null }
                ? null
                : throw DatasetErrors.Invalid(
                    "labels.txt is missing: without it the ids have no names. Copy COCO-Stuff's labels.txt into the set's folder, or "
                        + "give labels.classes and labels.map."
                );
        }

        var labels = new List<(int, string, RgbColor?, bool)> { (255, "unlabeled", null, true) };
        input.Lines("labels.txt", text, (_, line) =>
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (
                colon < 1
                || !int.TryParse(line.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                || number > 255
            )
                throw new InvalidDataException($"{DatasetErrors.Shown(line)} is not number: name.");
            if (number > 0)
                labels.Add((number - 1, JsonMembers.Named(line[(colon + 1)..].Trim()), null, false));
        });

        return SourceLabels.OwnClasses(MaskEncoding.Id, labels);
    }
}
