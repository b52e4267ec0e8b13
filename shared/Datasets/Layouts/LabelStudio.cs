using System.Globalization;
using System.Text.RegularExpressions;
using RoadSeg.Datasets.Files;
using RoadSeg.Datasets.Mapping;
using RoadSeg.Datasets.Masks;
using RoadSeg.Datasets.Shapes;
using RoadSeg.Errors;
using RoadSeg.Labels;

namespace RoadSeg.Datasets.Layouts;

/// <summary>Label Studio's regions: the JSON export with brushes, polygons, boxes and ellipses, or one picture for each brush label. Of a
/// task with several annotations the last is taken; the others are listed.</summary>
internal sealed partial class LabelStudio()
    : Layout(
        "label-studio",
        "Label Studio: the JSON export (brushes, polygons, boxes, ellipses) beside its images, or "
            + "task-1-annotation-2-by-...-tag-label-0.png beside task-1.jpg"
    )
{
    // A pixel that nobody painted.
    private const int Background = 0;

    private const string Note = "Pixels that nobody painted are unlabelled; map \"background\" to make them a class.";

    private sealed record Layer(long Task, long Annotation, string Label, string Path);

    public override async Task<LayoutResult> ReadAsync(LayoutInput input, CancellationToken cancel)
    {
        var exports = input
            .Index.Paths.Where(path =>
                path.EndsWith(".json", StringComparison.Ordinal) && !path.EndsWith(DatasetSpec.FileName, StringComparison.Ordinal)
            )
            .ToList();
        if (exports.Count == 0)
            return Pictures(input);
        var read = new LabelStudioExport(input);
        foreach (var export in exports)
            await read.ReadAsync(export, cancel);
        return read.IsEmpty ? throw Nothing(input) : Drawn(input, read);
    }

    // The numbers of the labels follow from their names, whatever order an export has them in.
    private static LayoutResult Drawn(LayoutInput input, LabelStudioExport read)
    {
        var names = read.Names.Keys.Keys.Order(StringComparer.Ordinal).ToList();
        var labels = Labels(names);
        var ordered = DrawnLabels.Ranks(input, names.Select((name, i) => (i + 1, name)));
        var shapes = new ShapeLabels(
            new PaintRules(LargerFirst: true, ordered, Background, ordered is null ? MaskValues.Overlap : null),
            read.Names.Keys.ToDictionary(name => name.Value, name => names.IndexOf(name.Key) + 1)
        );
        var pairs = new List<SamplePair>();
        foreach (var (task, annotations) in read.Tasks)
        {
            var newest = annotations.Keys.Max();
            foreach (var older in annotations.Keys.Where(annotation => annotation != newest).Order())
                input.Faults.Add(FaultKind.IdentifierTwice, $"task-{task}", Older(task, older, newest));
            if (!read.Images.Remove(task, out var image))
                input.Faults.Add(FaultKind.MaskWithoutImage, $"task-{task}", NoImage(task));
            else
                pairs.Add(
                    new SamplePair(
                        $"task-{task}",
                        null,
                        null,
                        image.Path,
                        new ShapeMask(
                            $"task-{task}",
                            image.List,
                            annotations[newest],
                            read.Chains.Of(LabelStudioExport.ChainOf(task, newest)),
                            input.Aside,
                            shapes
                        )
                    )
                );
        }

        foreach (var (task, image) in read.Images.OrderBy(entry => entry.Key))
            input.Faults.Add(FaultKind.ImageWithoutMask, image.Path, $"Task {task} has no labelled region.");
        return new LayoutResult(pairs, LabelMapBuilder.Build(input.Spec.Labels, labels), [Note, .. read.Notes]);
    }

    private static LayoutResult Pictures(LayoutInput input)
    {
        var (images, layers) = (new Dictionary<long, string>(), new List<Layer>());
        ReadPictures(input, images, layers);
        if (layers.Count == 0)
            throw Nothing(input);
        var names = layers.Select(layer => layer.Label).Distinct().Order(StringComparer.Ordinal).ToList();
        List<string> order = [.. (input.Spec.Labels?.Overlap ?? []).Select(Nfc.Of)];
        var pairs = new List<SamplePair>();
        foreach (var task in layers.GroupBy(layer => layer.Task).OrderBy(task => task.Key))
        {
            var newest = task.Max(layer => layer.Annotation);
            foreach (var older in task.Where(layer => layer.Annotation != newest).DistinctBy(layer => layer.Annotation))
                input.Faults.Add(FaultKind.IdentifierTwice, older.Path, Older(task.Key, older.Annotation, newest));

            // Index in the user's order; labels that are not in it first.
            var taken = task.Where(layer => layer.Annotation == newest).OrderBy(layer => order.IndexOf(layer.Label)).ToList();
            if (!images.Remove(task.Key, out var image))
                input.Faults.Add(FaultKind.MaskWithoutImage, taken[0].Path, NoImage(task.Key));
            else
                pairs.Add(
                    new SamplePair(
                        $"task-{task.Key}",
                        null,
                        null,
                        image,
                        new BrushFiles($"task-{task.Key}", [.. taken.Select(layer => (names.IndexOf(layer.Label) + 1, layer.Path))])
                    )
                );
        }

        foreach (var (task, image) in images.OrderBy(entry => entry.Key))
            input.Faults.Add(FaultKind.ImageWithoutMask, image, $"Task {task} has no brush label.");
        return new LayoutResult(pairs, LabelMapBuilder.Build(input.Spec.Labels, Labels(names)), [Note]);
    }

    private static SourceLabels Labels(List<string> names) =>
        SourceLabels.OwnClasses(
            MaskEncoding.Id,
            [(Background, "background", null, true), .. names.Select((name, i) => (i + 1, name, (RgbColor?)null, false))]
        );

    private static string Older(long task, long older, long newest) => $"Annotation {older} of task {task} is older than {newest}.";

    private static string NoImage(long task) => $"The image of task {task} is not in the set.";

    private static RoadSegException Nothing(LayoutInput input)
    {
        var odd = input.Faults.First(FaultKind.RecordUnreadable);
        return DatasetErrors.Invalid(
            "No labelled region was found: the layout 'label-studio' needs a JSON export, or pictures named "
                + "task-1-annotation-2-by-...-tag-label-0.png."
                + (odd is null ? "" : $" The first record that could not be read: {odd.File}, {odd.Detail}")
        );
    }

    private static void ReadPictures(LayoutInput input, Dictionary<long, string> images, List<Layer> layers)
    {
        var classes = (input.Spec.Labels?.Classes?.Select(label => label.Name) ?? [])
            .Concat(input.Spec.Labels?.Map?.Keys ?? [])
            .Select(Nfc.Of)
            .OrderByDescending(name => name.Length)
            .ToList();
        foreach (var path in input.Index.Paths)
        {
            var name = PersonalData.Strip(path[(path.LastIndexOf('/') + 1)..]);
            if (BrushName().Match(name) is { Success: true } brush)
            {
                var rest = brush.Groups["rest"].Value;
                var label = classes.Find(known => rest.EndsWith("-" + known, StringComparison.Ordinal))
                    ?? rest[(rest.IndexOf('-', StringComparison.Ordinal) + 1)..];
                layers.Add(new Layer(Number(brush, "task"), Number(brush, "annotation"), label, path));
            }
            else if (ImageName().Match(name) is { Success: true } image && !images.TryAdd(Number(image, "task"), path))
            {
                input.Faults.Add(FaultKind.IdentifierTwice, path, $"Has the task of {images[Number(image, "task")]}.");
            }
        }
    }

    private static long Number(Match match, string group) => long.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(
        @"^task-(?<task>\d{1,18})-annotation-(?<annotation>\d{1,18})-(?:by-\d+-)?(?<rest>.+)-\d+\.png$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex BrushName();

    [GeneratedRegex(@"^(?:task-)?(?<task>\d{1,18})\.(?:png|jpe?g|webp|tiff?)$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex ImageName();
}
