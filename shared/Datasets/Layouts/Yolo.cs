using System.Globalization;
using System.Text;
using RoadSeg.Datasets.Files;
using RoadSeg.Datasets.Shapes;
using RoadSeg.Labels;

namespace RoadSeg.Datasets.Layouts;

/// <summary>YOLO segmentation as Ultralytics reads it: data.yaml, and for images/x.jpg a labels/x.txt with a class and an outline in shares
/// of width and height in each line. Larger ones below smaller ones, as Ultralytics draws them.</summary>
/// <remarks>Format: ultralytics/ultralytics, ultralytics/data/utils.py.</remarks>
internal sealed class Yolo()
    : Layout(
        "yolo",
        "YOLO segmentation: data.yaml, images/{split}/x.jpg beside labels/{split}/x.txt, or {split}/images beside {split}/labels"
    )
{
    // Shares beyond this are pixels that were never divided by the size.
    private const double FarOutside = 2;

    public override async Task<LayoutResult> ReadAsync(LayoutInput input, CancellationToken cancel)
    {
        var (list, spec) = await SpecAsync(input, cancel);
        var images = await new YoloImages(input, list, spec).FindAsync(cancel);
        var read = new ImageFiles(input, "YOLO label file");
        var byLabels = new SortedDictionary<string, (string Image, Split? Split)>(StringComparer.Ordinal);
        foreach (var (image, split) in images)
        {
            var labels = YoloImages.LabelsOf(image);
            input.Lists(image);
            if (!byLabels.TryAdd(labels, (image, split)))
                input.Faults.Add(FaultKind.IdentifierTwice, image, $"Has the labels of {byLabels[labels].Image}, {labels}.");
        }

        // An image without a file, or with an empty one, is one without objects.
        foreach (var (labels, (image, split)) in byLabels)
            read.Image(labels, image, null, split);
        await read.ReadAsync(
            byLabels.Keys.Where(input.Index.Contains),
            (path, bytes) =>
            {
                var number = 0;
                foreach (var line in Encoding.UTF8.GetString(bytes).Split('\n').Select(line => line.Trim()))
                {
                    var record = $"Line {++number}";
                    if (line.Length > 0)
                        input.Record(path, record, () => read.Add(path, Shape(line, record, spec)));
                }
            },
            cancel
        );
        foreach (var orphan in input.Index.Paths.Where(path => YoloImages.IsLabels(path) && !byLabels.ContainsKey(path)))
            input.Faults.Add(FaultKind.MaskWithoutImage, orphan, "No image of data.yaml has these labels.");
        input.FindUnlisted();
        var map = DrawnLabels.ById(input, spec.Names.Select(name => (name.Key, name.Value, (RgbColor?)null)), largerFirst: true);
        return new LayoutResult([.. read.Pairs(map.Shapes)], map.Map, [DrawnLabels.Note]);
    }

    private static async Task<(string List, YoloSpec Spec)> SpecAsync(LayoutInput input, CancellationToken cancel)
    {
        var lists = input
            .Index.Paths.Where(path =>
                path.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".yml", StringComparison.OrdinalIgnoreCase)
            )
            .OrderBy(path => path.Count(c => c == '/'))
            .ThenBy(path => path[(path.LastIndexOf('/') + 1)..] is "data.yaml" or "dataset.yaml" ? 0 : 1)
            .ToList();
        if (lists.Count == 0)
            throw DatasetErrors.Invalid("No data.yaml lies in the set: without it the classes have no names.");
        await foreach (var (path, bytes) in input.EachAsync(lists.Take(1), cancel))
        {
            try
            {
                var spec = YoloSpec.Read(Encoding.UTF8.GetString(bytes));
                if (spec.HasKeypoints)
                    throw new InvalidDataException("it is of key points (kpt_shape), which are no outlines.");
                return spec.Names.Count > 0 ? (path, spec) : throw new InvalidDataException("it has no \"names\".");
            }
            catch (InvalidDataException e)
            {
                throw DatasetErrors.Invalid($"{path} is no data.yaml: {e.Message}", e);
            }
        }

        throw DatasetErrors.Invalid($"{lists[0]} cannot be read: {input.Faults.First(FaultKind.RecordUnreadable)?.Detail}");
    }

    private static OutlineShape Shape(string line, string record, YoloSpec spec)
    {
        var space = line.IndexOfAny([' ', '\t']);
        var first = space < 0 ? line : line[..space];
        if (
            !double.TryParse(first, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            || number < 0
            || number != Math.Floor(number)
        )
            throw new InvalidDataException($"{DatasetErrors.Shown(first)} is no class.");
        if (number > int.MaxValue || !spec.Names.ContainsKey((int)number))
            throw new InvalidDataException($"class {DatasetErrors.Shown(first)} is not among the names of data.yaml.");
        var rest = space < 0 ? "" : line[space..];
        if (rest.Split([' ', '\t'], 6, StringSplitOptions.RemoveEmptyEntries).Length == 4)
            throw new InvalidDataException("it is a box without an outline.");
        var ring = OutlineRing.Text(rest, ' ', '\t');
        return Array.Exists(ring, share => share is < 1 - FarOutside or > FarOutside)
            ? throw new InvalidDataException("its coordinates are not shares of width and height, from 0 to 1.")
            : new OutlineShape((int)number, 0, record, PointMeaning.Place, PointUnit.Fraction, [ShapePart.Of(ring)]);
    }
}
