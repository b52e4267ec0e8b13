using System.Text.Json;
using RoadSeg.Datasets.Files;
using RoadSeg.Datasets.Mapping;
using RoadSeg.Datasets.Masks;
using RoadSeg.Datasets.Shapes;

namespace RoadSeg.Datasets.Layouts;

/// <summary>Cityscapes' own files of polygons, in the order that they are listed, by names; also of sets in the same form with other
/// names.</summary>
/// <remarks>Format and rules: mcordts/cityscapesScripts, preparation/json2labelImg.py. Its tool keeps points within 0 and the width less
/// one: coordinates name pixels.</remarks>
internal sealed class CityscapesPolygons()
    : Layout(
        "cityscapes-polygons",
        "Cityscapes' polygons: leftImg8bit/{split}/{city}/x_leftImg8bit.png beside gtFine/{split}/{city}/x_gtFine_polygons.json, mapped to "
            + "the 19 train ids"
    )
{
    // Of labels that Cityscapes does not have; its own ids are below 34.
    private const int FirstOther = 1000;

    public override async Task<LayoutResult> ReadAsync(LayoutInput input, CancellationToken cancel)
    {
        var (image, mask) = Patterns(input.Spec);
        var faults = input.Faults;
        var pairs = PatternPairs
            .Match(input.Index, image, mask, faults)
            .ToDictionary(pair => ((MaskFile)pair.Mask).Path, StringComparer.Ordinal);
        if (pairs.Count == 0 && !input.Index.Paths.Any(path => mask.Match(path) is not null))
            throw DatasetErrors.Invalid($"No polygons lie where the layout '{Name}' has them: {mask.Text}.");
        var known = Cityscapes.LabelIds.Labels.ToDictionary(label => label.Name, label => label.Key, StringComparer.Ordinal);
        var (read, others) = (new ImageFiles(input, "Cityscapes file of polygons"), new ShapeNames());
        await read.ReadJsonAsync(
            pairs.Keys,
            (path, root) =>
            {
                var size = (root.Int32("imgWidth"), root.Int32("imgHeight"));
                var objects = root.Items("objects");
                var pair = pairs[path];
                if (!read.Image(path, pair.Image, size, pair.Split, pair.Group))
                    return;
                var number = 0;
                foreach (var item in objects)
                {
                    var order = number++;
                    var record = $"Object number {number}";
                    input.Record(path, record, () => Object(read, path, item, name => Key(name, known, others), record, order));
                }
            },
            cancel
        );
        List<SourceLabel> labels =
        [
            .. Cityscapes.LabelIds.Labels,
            .. others.Keys.Select(other => new SourceLabel(FirstOther + other.Value, other.Key, null)),
        ];
        var rules = DrawnLabels.Rules(input, labels.Select(label => (label.Key, label.Name)), largerFirst: false) with
        {
            Background = known["unlabeled"],
        };
        return new LayoutResult(
            [.. read.Pairs(new ShapeLabels(rules))],
            LabelMapBuilder.Build(input.Spec.Labels, Cityscapes.LabelIds with { Labels = labels }),
            []
        );
    }

    private static (PathPattern Image, PathPattern Mask) Patterns(DatasetSpec spec) =>
        spec.Patterns is { } own
            ? (new PathPattern(own.Image, anywhere: false), new PathPattern(own.Mask, anywhere: false))
            : (
                new PathPattern("leftImg8bit/{split}/{group}/{id}_leftImg8bit.{ext}", anywhere: true),
                new PathPattern("gtFine/{split}/{group}/{id}_gtFine_polygons.json", anywhere: true)
            );

    // "cargroup" is what cars make where they cannot be told apart.
    private static int Key(string name, Dictionary<string, int> known, ShapeNames others) =>
        known.TryGetValue(name, out var key) ? key
        : name.EndsWith("group", StringComparison.Ordinal) && known.TryGetValue(name[..^"group".Length], out key) ? key
        : FirstOther + others.KeyOf(name);

    private static void Object(ImageFiles read, string path, JsonElement item, Func<string, int> key, string record, int order)
    {
        var label = Nfc.Of(item.Text("label"));

        // Its id is negative: it is no label of pixels.
        if (label == "license plate" || (item.Member("deleted") is { } deleted && Says(deleted)))
            return;
        var ring = OutlineRing.Pairs(item.Member("polygon") ?? throw new InvalidDataException("it has no \"polygon\"."));
        read.Add(path, new OutlineShape(key(label), order, record, PointMeaning.Pixel, PointUnit.Pixels, [ShapePart.Of(ring)]));
    }

    private static bool Says(JsonElement value) =>
        value.ValueKind == JsonValueKind.True
        || (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number == 1);
}
