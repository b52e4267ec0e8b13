using System.Globalization;
using System.Text;
using RoadSeg.Datasets.Files;
using RoadSeg.Datasets.Mapping;

namespace RoadSeg.Datasets.Layouts;

/// <summary>Roboflow's "Semantic Segmentation Masks": ids in x_mask.png beside x.jpg, names in a _classes.csv of each split.</summary>
internal static class RoboflowMasks
{
    private const string List = "_classes.csv";

    public static Layout Layout { get; } =
        new PatternLayout(
            "roboflow-masks",
            "Roboflow semantic segmentation masks: {split}/x_mask.png (ids) beside {split}/x.jpg, names by {split}/_classes.csv",
            [new("{split}/{id}.{ext}", "{split}/{id}_mask.png"), new("{id}.{ext}", "{id}_mask.png")],
            LabelsAsync
        );

    private static async Task<SourceLabels?> LabelsAsync(LayoutInput input, CancellationToken cancel)
    {
        var lists = input.Index.Paths.Where(path => path[(path.LastIndexOf('/') + 1)..] == List).ToList();
        if (lists.Count == 0)
            throw DatasetErrors.Invalid(
                $"{List} is missing: without it the ids have no names. Export again as 'Semantic Segmentation Masks'."
            );
        var names = new SortedDictionary<int, (string Name, string List)>();
        await foreach (var (path, bytes) in input.EachAsync(lists, cancel))
            Read(input, path, bytes, names);
        return names.Count > 0
            ? SourceLabels.OwnClasses(
                MaskEncoding.Id,
                names.Select(name => (name.Key, name.Value.Name, (Labels.RgbColor?)null, IsUnlabelled(name.Key, name.Value.Name)))
            )
            : throw DatasetErrors.Invalid($"{lists[0]} names no class.");
    }

    // "Pixel Value, Class", then "0, background", the spaces as they come.
    private static void Read(LayoutInput input, string path, byte[] bytes, SortedDictionary<int, (string Name, string List)> names)
    {
        var first = true;
        input.Lines(path, bytes, (_, line) =>
        {
            var (header, comma) = (first, line.IndexOf(',', StringComparison.Ordinal));
            first = false;
            if (header && line.StartsWith("Pixel Value", StringComparison.OrdinalIgnoreCase))
                return;
            if (comma < 1 || !byte.TryParse(line.AsSpan(0, comma).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
                throw new InvalidDataException($"{DatasetErrors.Shown(line)} is not id, name.");
            var name = Nfc.Of(JsonMembers.Named(line[(comma + 1)..].Trim().Trim('"')));
            if (!names.TryAdd(id, (name, path)) && names[id].Name != name)
            {
                if (names[id].List == path)
                    throw new InvalidDataException($"{DatasetErrors.Shown(names[id].Name)} has its id.");
                throw DatasetErrors.Invalid(
                    $"{path} calls {id} '{name}', {names[id].List} calls it '{names[id].Name}': the parts of one set share their classes."
                );
            }
        });
    }

    private static bool IsUnlabelled(int id, string name) => id == 0 && name is "background" or "unlabeled" or "unlabelled";
}
