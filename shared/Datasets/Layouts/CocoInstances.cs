using RoadSeg.Datasets.Masks;
using RoadSeg.Labels;

namespace RoadSeg.Datasets.Layouts;

/// <summary>COCO instances: lists of images, annotations and categories, as CVAT, Roboflow, Label Studio and many others write them.
/// Polygons, run lengths and crowds; larger ones below smaller ones, because the form has no order.</summary>
internal sealed class CocoInstances()
    : Layout(
        "coco",
        "COCO instances: annotations/instances_{split}.json, {split}/_annotations.coco.json or any other list of images, annotations "
            + "(polygons, run lengths, crowds) and categories beside its images"
    )
{
    // Lists of other tasks that lie beside those of instances.
    private static readonly string[] Others = ["captions_", "panoptic_", "person_keypoints_", "stuff_", "image_info_", "lvis_"];

    public override async Task<LayoutResult> ReadAsync(LayoutInput input, CancellationToken cancel)
    {
        var lists = Lists(input.Index);
        if (lists.Count == 0)
            throw DatasetErrors.Invalid("No .json lies in the set: the layout 'coco' needs a list of images, annotations and categories.");
        var categories = new Dictionary<int, (string Name, RgbColor? Color, string List)>();
        var (finder, read) = (new ImageFinder(input.Index), new List<CocoInstanceList>());
        foreach (var path in lists)
        {
            var list = new CocoInstanceList(input, finder, path, categories);
            await list.ReadAsync(cancel);
            read.Add(list);
        }

        if (categories.Count == 0)
            throw DatasetErrors.Invalid($"{lists[0]} names no categories: \"categories\" is a list of id and name.");
        foreach (var list in read)
            list.FindUnknown();
        var labels = DrawnLabels.ById(
            input,
            categories.Select(category => (category.Key, category.Value.Name, category.Value.Color)),
            largerFirst: true
        );
        var pairs = read.SelectMany(list => list.Pairs(labels.Shapes)).ToList();
        input.FindUnlisted();
        return new LayoutResult(pairs, labels.Map, [DrawnLabels.Note, .. read.SelectMany(list => list.Notes)]);
    }

    private static List<string> Lists(FileIndex index)
    {
        var all = index
            .Paths.Where(path => path.EndsWith(".json", StringComparison.OrdinalIgnoreCase) && NameOf(path) != DatasetSpec.FileName)
            .Where(path => !Others.Any(other => NameOf(path).StartsWith(other, StringComparison.Ordinal)))
            .ToList();
        var named = all.Where(path => NameOf(path).StartsWith("instances_", StringComparison.Ordinal)).ToList();
        return named.Count > 0 ? named : all;
    }

    private static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];
}
