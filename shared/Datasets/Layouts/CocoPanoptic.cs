using System.Text.Json;
using RoadSeg.Datasets.Files;
using RoadSeg.Datasets.Mapping;
using RoadSeg.Datasets.Masks;
using RoadSeg.Labels;

namespace RoadSeg.Datasets.Layouts;

/// <summary>COCO panoptic: panoptic_{split}2017.json beside a folder of the same name with pictures of segment numbers.</summary>
internal sealed class CocoPanoptic()
    : Layout(
        "coco-panoptic",
        "COCO panoptic: annotations/panoptic_{split}2017.json beside panoptic_{split}2017/x.png (segment = R + 256 G + 65536 B) and "
            + "{split}2017/x.jpg"
    )
{
    public override async Task<LayoutResult> ReadAsync(LayoutInput input, CancellationToken cancel)
    {
        var lists = input
            .Index.Paths.Where(path =>
                path.EndsWith(".json", StringComparison.Ordinal)
                && FileName(path).StartsWith("panoptic_", StringComparison.Ordinal)
                && !FileName(path).StartsWith("panoptic_coco", StringComparison.Ordinal)
            )
            .ToList();
        if (lists.Count == 0)
            throw DatasetErrors.Invalid(
                "No panoptic_*.json lies in the set: the layout 'coco-panoptic' needs the list that says which segment is of which "
                    + "category."
            );
        var pairs = new List<SamplePair>();
        var categories = new Dictionary<int, (string Name, RgbColor? Color)>();
        foreach (var list in lists)
            await ReadListAsync(input, list, categories, pairs, cancel);
        input.FindUnlisted();
        if (categories.Count == 0)
            throw DatasetErrors.Invalid("The panoptic lists name no categories.");

        // 0 is what no segment covers.
        var labels = SourceLabels.OwnClasses(
            MaskEncoding.Id,
            [
                (0, "void", null, true),
                .. categories
                    .OrderBy(category => category.Key)
                    .Select(category => (category.Key, category.Value.Name, category.Value.Color, false)),
            ]
        );
        return new LayoutResult(pairs, LabelMapBuilder.Build(input.Spec.Labels, labels), []);
    }

    private static async Task ReadListAsync(
        LayoutInput input,
        string list,
        Dictionary<int, (string, RgbColor?)> categories,
        List<SamplePair> pairs,
        CancellationToken cancel
    )
    {
        var name = Path.GetFileNameWithoutExtension(list);
        var images = name["panoptic_".Length..];
        var split =
            images.StartsWith("train", StringComparison.Ordinal) ? Split.Train
            : images.StartsWith("val", StringComparison.Ordinal) ? Split.Val
            : (Split?)null;
        var byTail = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (
            var path in input.Index.Paths.Where(path =>
                path.Contains(name + "/", StringComparison.Ordinal) || path.Contains(images + "/", StringComparison.Ordinal)
            )
        )
            byTail.TryAdd(path[(path.LastIndexOf('/', path.LastIndexOf('/') - 1) + 1)..], path);
        try
        {
            await using var stream = await input.OpenAsync(list, cancel);
            var number = 0;
            await foreach (var (property, item) in JsonArrays.ReadAsync(stream, ["annotations", "categories"], cancel))
            {
                number++;
                if (property == "categories")
                    input.Record(list, $"Category number {number} of the list", () =>
                        categories.TryAdd(item.Int32("id"), (item.Text("name"), item.Color()))
                    );
                else
                    input.Record(list, $"Annotation number {number} of the list", () => Pair(item));
            }
        }
        catch (Exception e) when (e is JsonException or InvalidDataException)
        {
            throw DatasetErrors.Invalid($"{list} is no panoptic list: {JsonMembers.Said(e)}", e);
        }

        void Pair(JsonElement annotation)
        {
            var file = Nfc.Of(annotation.Text("file_name"));
            var id = Path.GetFileNameWithoutExtension(file);
            var mask = byTail.GetValueOrDefault($"{name}/{file}");
            var image = byTail.GetValueOrDefault($"{images}/{id}.jpg") ?? byTail.GetValueOrDefault($"{images}/{id}.png");
            input.Lists(mask);
            input.Lists(image);
            if (mask is null || image is null)
                input.Faults.Add(FaultKind.ListedFileMissing, mask is null ? $"{name}/{file}" : $"{images}/{id}.jpg", $"{list} names it.");
            else
                pairs.Add(
                    new SamplePair(
                        id,
                        null,
                        split,
                        image,
                        new PanopticMask(mask, [.. annotation.Items("segments_info").Select(s => (s.Int32("id"), s.Int32("category_id")))])
                    )
                );
        }
    }

    private static string FileName(string path) => path[(path.LastIndexOf('/') + 1)..];
}
