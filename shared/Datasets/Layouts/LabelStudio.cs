using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using RoadSeg.Datasets.Checks;
using RoadSeg.Datasets.Files;
using RoadSeg.Datasets.Mapping;

namespace RoadSeg.Datasets.Layouts;

/// <summary>Label Studio's brush labels: the JSON export with run lengths, or one picture for each label. Of a task with several annotations the
/// last is taken; the others are listed.</summary>
internal sealed partial class LabelStudio() : Layout(
    "label-studio",
    "Label Studio brushes: the JSON export beside its images, or task-1-annotation-2-by-...-tag-label-0.png beside task-1.jpg")
{
    // A pixel that nobody painted.
    private const int Background = 0;

    private sealed record Layer(long Task, long Annotation, string Label, string? Path, Spilled? Rle, int Width, int Height);

    public override async Task<LayoutResult> ReadAsync(LayoutInput input, CancellationToken cancel)
    {
        var images = new Dictionary<long, string>();
        var layers = new List<Layer>();
        var exports = input.Index.Paths.Where(path => path.EndsWith(".json", StringComparison.Ordinal) && !path.EndsWith(DatasetSpec.FileName, StringComparison.Ordinal)).ToList();
        foreach (var export in exports)
            await ReadExportAsync(input, export, images, layers, cancel);
        if (exports.Count == 0)
            ReadPictures(input, images, layers);
        if (layers.Count == 0)
            throw DatasetErrors.Invalid("No brush label was found: the layout 'label-studio' needs a JSON export, or pictures named task-1-annotation-2-by-...-tag-label-0.png.");

        var names = layers.Select(layer => layer.Label).Distinct().Order(StringComparer.Ordinal).ToList();
        var labels = SourceLabels.OwnClasses(MaskEncoding.Id, [(Background, "background", null, true), .. names.Select((name, i) => (i + 1, name, (Labels.RgbColor?)null, false))]);
        var order = input.Spec.Labels?.Overlap ?? [];
        var pairs = new List<SamplePair>();
        foreach (var task in layers.GroupBy(layer => layer.Task).OrderBy(task => task.Key))
        {
            var newest = task.Max(layer => layer.Annotation);
            foreach (var older in task.Where(layer => layer.Annotation != newest).DistinctBy(layer => layer.Annotation))
                input.Faults.Add(FaultKind.IdentifierTwice, older.Path ?? $"task-{task.Key}", $"Annotation {older.Annotation} of task {task.Key} is older than {newest}.");
            var taken = task.Where(layer => layer.Annotation == newest).OrderBy(layer => Rank(order, layer.Label)).ToList();
            if (!images.Remove(task.Key, out var image))
                input.Faults.Add(FaultKind.MaskWithoutImage, taken[0].Path ?? $"task-{task.Key}", $"The image of task {task.Key} is not in the set.");
            else
                pairs.Add(new SamplePair($"task-{task.Key}", null, null, image, Mask($"task-{task.Key}", taken, names, input.Aside)));
        }

        foreach (var (task, image) in images.OrderBy(entry => entry.Key))
            input.Faults.Add(FaultKind.ImageWithoutMask, image, $"Task {task} has no brush label.");
        return new LayoutResult(pairs, LabelMapBuilder.Build(input.Spec.Labels, labels), ["Pixels that nobody painted are unlabelled; map \"background\" to make them a class."]);
    }

    // Index in the user's order; labels that are not in it first.
    private static int Rank(IReadOnlyList<string> order, string label) => order.ToList().IndexOf(label);

    private static MaskFiles Mask(string task, List<Layer> layers, List<string> names, SpillFile aside) => layers[0].Rle is null
        ? new BrushFiles(task, [.. layers.Select(layer => (names.IndexOf(layer.Label) + 1, layer.Path!))])
        : new BrushRuns(task, layers[0].Width, layers[0].Height, [.. layers.Select(layer => (names.IndexOf(layer.Label) + 1, layer.Rle!.Value))], aside);

    private static void ReadPictures(LayoutInput input, Dictionary<long, string> images, List<Layer> layers)
    {
        var classes = (input.Spec.Labels?.Classes?.Select(label => label.Name) ?? []).Concat(input.Spec.Labels?.Map?.Keys ?? []).OrderByDescending(name => name.Length).ToList();
        foreach (var path in input.Index.Paths)
        {
            var name = PersonalData.Strip(path[(path.LastIndexOf('/') + 1)..]);
            if (BrushName().Match(name) is { Success: true } brush)
            {
                var rest = brush.Groups["rest"].Value;
                var label = classes.Find(known => rest.EndsWith("-" + known, StringComparison.Ordinal)) ?? rest[(rest.IndexOf('-', StringComparison.Ordinal) + 1)..];
                layers.Add(new Layer(Number(brush, "task"), Number(brush, "annotation"), label, path, null, 0, 0));
            }
            else if (ImageName().Match(name) is { Success: true } image && !images.TryAdd(Number(image, "task"), path))
            {
                input.Faults.Add(FaultKind.IdentifierTwice, path, $"Has the task of {images[Number(image, "task")]}.");
            }
        }
    }

    private static async Task ReadExportAsync(LayoutInput input, string export, Dictionary<long, string> images, List<Layer> layers, CancellationToken cancel)
    {
        var byName = input.Index.Paths.GroupBy(path => path[(path.LastIndexOf('/') + 1)..]).Where(group => group.Count() == 1).ToDictionary(group => group.Key, group => group.First());
        try
        {
            await using var stream = await input.Files.OpenAsync(export, cancel);
            await foreach (var (_, task) in JsonArrays.ReadAsync(stream, [], cancel))
            {
                var id = task.GetProperty("id").GetInt64();
                var written = Uri.UnescapeDataString(task.GetProperty("data").GetProperty("image").GetString()!.Split('?')[0]);
                var name = written[(written.LastIndexOf('/') + 1)..];
                // Uploads get eight hexadecimal digits before their own name.
                if (byName.TryGetValue(name, out var image) || (Uploaded().Match(name) is { Success: true } upload && byName.TryGetValue(name[upload.Length..], out image)))
                    images[id] = image;
                foreach (var annotation in task.GetProperty("annotations").EnumerateArray())
                    Brushes(id, annotation, layers, input.Aside);
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or InvalidDataException)
        {
            throw DatasetErrors.Invalid($"{export} is no Label Studio export in the form 'JSON': {e.Message}", e);
        }
    }

    private static void Brushes(long task, JsonElement annotation, List<Layer> layers, SpillFile aside)
    {
        foreach (var result in annotation.GetProperty("result").EnumerateArray())
        {
            if (!result.TryGetProperty("value", out var value) || !value.TryGetProperty("rle", out var rle))
                continue;
            var put = aside.Put(rle.EnumerateArray().Select(b => b.GetByte()).ToArray());
            foreach (var label in value.GetProperty("brushlabels").EnumerateArray())
                layers.Add(new Layer(task, annotation.GetProperty("id").GetInt64(), label.GetString()!, null, put, result.GetProperty("original_width").GetInt32(), result.GetProperty("original_height").GetInt32()));
        }
    }

    private static long Number(Match match, string group) => long.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^task-(?<task>\d{1,18})-annotation-(?<annotation>\d{1,18})-(?:by-\d+-)?(?<rest>.+)-\d+\.png$", RegexOptions.CultureInvariant)]
    private static partial Regex BrushName();

    [GeneratedRegex(@"^(?:task-)?(?<task>\d{1,18})\.(?:png|jpe?g|webp|tiff?)$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex ImageName();

    [GeneratedRegex("^[0-9a-f]{8}-", RegexOptions.CultureInvariant)]
    private static partial Regex Uploaded();
}
