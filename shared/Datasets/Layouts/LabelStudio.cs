using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using RoadSeg.Datasets.Files;
using RoadSeg.Datasets.Mapping;
using RoadSeg.Datasets.Masks;

namespace RoadSeg.Datasets.Layouts;

/// <summary>Label Studio's brush labels: the JSON export with run lengths, or one picture for each label. Of a task with several
/// annotations the last is taken; the others are listed.</summary>
internal sealed partial class LabelStudio()
    : Layout(
        "label-studio",
        "Label Studio brushes: the JSON export beside its images, or task-1-annotation-2-by-...-tag-label-0.png beside task-1.jpg"
    )
{
    // A pixel that nobody painted.
    private const int Background = 0;

    private sealed record Layer(long Task, long Annotation, string Label, string? Path, Spilled? Rle, int Width, int Height);

    // A JSON export, and what its tasks are gathered into.
    private sealed record Export(string Path, FileIndex Index, Dictionary<long, string> Images, List<Layer> Layers, SortedSet<string> Notes)
    {
        private readonly Dictionary<string, string> byName = Index
            .Paths.GroupBy(NameOf)
            .Where(group => group.Count() == 1)
            .ToDictionary(group => group.Key, group => group.First());

        // The project's owner chooses under which key a task's image lies: "image" first, otherwise the one that names a file of the set.
        public string? ImageOf(JsonElement data)
        {
            var written = data.Find("image", JsonValueKind.String)?.Text();
            if (written is not null)
                return Find(written);
            foreach (var member in data.EnumerateObject())
            {
                if (member.Value.Text() is { } text && Find(text) is { } image)
                {
                    Notes.Add($"The images lie under the key \"{JsonMembers.KeyOf(member)}\" of the tasks.");
                    return image;
                }
            }

            throw new InvalidDataException("its data names no image of the set.");
        }

        // Uploads get eight hexadecimal digits before their own name.
        // A name is taken as it is written before it is taken for an address: files may hold '%' and '?'.
        private string? Find(string written) =>
            Named(written) ?? Named(Uri.UnescapeDataString(written)) ?? Named(Uri.UnescapeDataString(written.Split('?')[0]));

        private string? Named(string written)
        {
            var name = NameOf(Nfc.Of(written));
            return byName.GetValueOrDefault(name)
                ?? (Uploaded().Match(name) is { Success: true } upload ? byName.GetValueOrDefault(name[upload.Length..]) : null);
        }

        private static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];
    }

    public override async Task<LayoutResult> ReadAsync(LayoutInput input, CancellationToken cancel)
    {
        var images = new Dictionary<long, string>();
        var layers = new List<Layer>();
        var notes = new SortedSet<string>(StringComparer.Ordinal)
        {
            "Pixels that nobody painted are unlabelled; map \"background\" to make them a class.",
        };
        var exports = input
            .Index.Paths.Where(path =>
                path.EndsWith(".json", StringComparison.Ordinal) && !path.EndsWith(DatasetSpec.FileName, StringComparison.Ordinal)
            )
            .ToList();
        foreach (var export in exports)
            await ReadExportAsync(input, new Export(export, input.Index, images, layers, notes), cancel);
        if (exports.Count == 0)
            ReadPictures(input, images, layers);
        if (layers.Count == 0)
        {
            var odd = input.Faults.First(FaultKind.RecordUnreadable);
            throw DatasetErrors.Invalid(
                "No brush label was found: the layout 'label-studio' needs a JSON export, or pictures named "
                    + "task-1-annotation-2-by-...-tag-label-0.png."
                    + (odd is null ? "" : $" The first record that could not be read: {odd.File}, {odd.Detail}")
            );
        }

        var names = layers.Select(layer => layer.Label).Distinct().Order(StringComparer.Ordinal).ToList();
        var labels = SourceLabels.OwnClasses(
            MaskEncoding.Id,
            [(Background, "background", null, true), .. names.Select((name, i) => (i + 1, name, (Labels.RgbColor?)null, false))]
        );
        List<string> order = [.. (input.Spec.Labels?.Overlap ?? []).Select(Nfc.Of)];
        var pairs = new List<SamplePair>();
        foreach (var task in layers.GroupBy(layer => layer.Task).OrderBy(task => task.Key))
        {
            var newest = task.Max(layer => layer.Annotation);
            foreach (var older in task.Where(layer => layer.Annotation != newest).DistinctBy(layer => layer.Annotation))
                input.Faults.Add(
                    FaultKind.IdentifierTwice,
                    older.Path ?? $"task-{task.Key}",
                    $"Annotation {older.Annotation} of task {task.Key} is older than {newest}."
                );
            var taken = task.Where(layer => layer.Annotation == newest).OrderBy(layer => Rank(order, layer.Label)).ToList();
            if (!images.Remove(task.Key, out var image))
                input.Faults.Add(
                    FaultKind.MaskWithoutImage,
                    taken[0].Path ?? $"task-{task.Key}",
                    $"The image of task {task.Key} is not in the set."
                );
            else
                pairs.Add(new SamplePair($"task-{task.Key}", null, null, image, Mask($"task-{task.Key}", taken, names, input.Aside)));
        }

        foreach (var (task, image) in images.OrderBy(entry => entry.Key))
            input.Faults.Add(FaultKind.ImageWithoutMask, image, $"Task {task} has no brush label.");
        return new LayoutResult(pairs, LabelMapBuilder.Build(input.Spec.Labels, labels), [.. notes]);
    }

    // Index in the user's order; labels that are not in it first.
    private static int Rank(IReadOnlyList<string> order, string label) => order.ToList().IndexOf(label);

    private static MaskFiles Mask(string task, List<Layer> layers, List<string> names, SpillFile aside) =>
        layers[0].Rle is null
            ? new BrushFiles(task, [.. layers.Select(layer => (names.IndexOf(layer.Label) + 1, layer.Path!))])
            : new BrushRuns(
                task,
                layers[0].Width,
                layers[0].Height,
                [.. layers.Select(layer => (names.IndexOf(layer.Label) + 1, layer.Rle!.Value))],
                aside
            );

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
                layers.Add(new Layer(Number(brush, "task"), Number(brush, "annotation"), label, path, null, 0, 0));
            }
            else if (ImageName().Match(name) is { Success: true } image && !images.TryAdd(Number(image, "task"), path))
            {
                input.Faults.Add(FaultKind.IdentifierTwice, path, $"Has the task of {images[Number(image, "task")]}.");
            }
        }
    }

    private static async Task ReadExportAsync(LayoutInput input, Export export, CancellationToken cancel)
    {
        try
        {
            await using var stream = await input.OpenAsync(export.Path, cancel);
            var number = 0;
            await foreach (var (_, task) in JsonArrays.ReadAsync(stream, [], cancel))
            {
                number++;
                var named = NameOf(task, number);
                input.Record(export.Path, named, () => ReadTask(task, named, input, export));
            }
        }
        catch (Exception e) when (e is JsonException or InvalidDataException)
        {
            throw DatasetErrors.Invalid($"{export.Path} is no Label Studio export in the form 'JSON': {JsonMembers.Said(e)}", e);
        }
    }

    private static string NameOf(JsonElement task, int number)
    {
        try
        {
            if (task.Find("id", JsonValueKind.Number) is { } id)
                return $"Task {id.GetRawText()}";
        }
        catch (InvalidDataException)
        {
            // Reading it says what is wrong with it.
        }

        return $"Task number {number} of the export";
    }

    private static void ReadTask(JsonElement task, string named, LayoutInput input, Export export)
    {
        var id = task.Int64("id");
        var image = export.ImageOf(task.Object("data"));
        var found = new List<Layer>();
        foreach (var annotation in task.Items("annotations"))
        {
            // What an annotator skipped holds what they had drawn until then.
            if (annotation.Find("was_cancelled", JsonValueKind.True) is null)
                Brushes(id, named, annotation, found, input, export);
        }

        if (image is not null)
            export.Images[id] = image;
        export.Layers.AddRange(found);
    }

    private static void Brushes(long task, string named, JsonElement annotation, List<Layer> layers, LayoutInput input, Export export)
    {
        foreach (var result in annotation.Items("result"))
        {
            if (result.Find("value", JsonValueKind.Object) is not { } value || value.Member("rle") is null)
                continue;
            input.Record(export.Path, $"{named}, a region", () =>
            {
                var (width, height) = (result.Int32("original_width"), result.Int32("original_height"));
                List<string> labels =
                [
                    .. value
                        .Items("brushlabels")
                        .Select(label => label.Text() is { } name ? Nfc.Of(name) : throw new InvalidDataException("a label is no text.")),
                ];
                var put = input.Aside.Put([.. value.Items("rle").Select(JsonMembers.Octet)]);
                layers.AddRange(labels.Select(label => new Layer(task, annotation.Int64("id"), label, null, put, width, height)));
            });
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

    [GeneratedRegex("^[0-9a-f]{8}-", RegexOptions.CultureInvariant)]
    private static partial Regex Uploaded();
}
