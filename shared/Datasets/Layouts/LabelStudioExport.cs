using System.Text.Json;
using System.Text.RegularExpressions;
using RoadSeg.Datasets.Files;
using RoadSeg.Datasets.Shapes;

namespace RoadSeg.Datasets.Layouts;

/// <summary>Reads Label Studio's exports in the form 'JSON', task by task.</summary>
internal sealed partial class LabelStudioExport
{
    private readonly LayoutInput input;
    private readonly Dictionary<string, string> byName;
    private readonly LeftOut leftOut = new();
    private readonly SortedSet<string> notes = new(StringComparer.Ordinal);

    public LabelStudioExport(LayoutInput input)
    {
        this.input = input;
        Chains = new ShapeChains(input.Aside);
        byName = input
            .Index.Paths.GroupBy(NameOf)
            .Where(group => group.Count() == 1)
            .ToDictionary(group => group.Key, group => group.First());
    }

    /// <summary>Image of each task, and the export that says so.</summary>
    public Dictionary<long, (string Path, string List)> Images { get; } = [];

    /// <summary>Of each task its annotations with a labelled region, and the size of the picture that they were made on.</summary>
    public SortedDictionary<long, Dictionary<long, (int Width, int Height)>> Tasks { get; } = [];

    public ShapeChains Chains { get; }

    public ShapeNames Names { get; } = new();

    public bool IsEmpty => Tasks.Count == 0;

    public IEnumerable<string> Notes => [.. notes, .. leftOut.Notes];

    public static string ChainOf(long task, long annotation) => $"{task}/{annotation}";

    public async Task ReadAsync(string path, CancellationToken cancel)
    {
        var number = 0;
        try
        {
            await using var stream = await input.OpenAsync(path, cancel);
            await foreach (var (_, task) in JsonArrays.ReadAsync(stream, [], cancel))
            {
                number++;
                var named = Named(task, number);
                input.Record(path, named, () => ReadTask(task, named, path));
            }
        }
        catch (Exception e) when (e is JsonException or InvalidDataException)
        {
            throw DatasetErrors.Invalid(
                $"{path} is no Label Studio export in the form 'JSON': {JsonMembers.Said(e)}{JsonArrays.After(number, "task")}",
                e
            );
        }
    }

    private static string Named(JsonElement task, int number)
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

    private void ReadTask(JsonElement task, string named, string path)
    {
        var id = task.Int64("id");
        var image = ImageOf(task.Object("data"));
        var found = new List<(long Annotation, (int, int) Size, Shape Shape)>();
        foreach (var annotation in task.Items("annotations"))
        {
            // What an annotator skipped holds what they had drawn until then.
            if (annotation.Find("was_cancelled", JsonValueKind.True) is null)
                Regions(named, annotation, found, path);
        }

        if (image is not null)
            Images[id] = (image, path);
        foreach (var (annotation, size, shape) in found)
        {
            if (!Tasks.TryGetValue(id, out var annotations))
                Tasks[id] = annotations = [];
            annotations.TryAdd(annotation, size);
            Chains.Add(ChainOf(id, annotation), shape);
        }
    }

    private void Regions(string named, JsonElement annotation, List<(long, (int, int), Shape)> found, string path)
    {
        foreach (var result in annotation.Items("result"))
        {
            if (result.Find("value", JsonValueKind.Object) is not { } value)
                continue;
            input.Record(path, $"{named}, a region", () =>
            {
                if (LabelStudioRegion.Read(result, value, leftOut) is not { } region)
                    return;
                foreach (var label in region.Labels)
                    found.Add(
                        (annotation.Int64("id"), region.Size, region.Shape with { Key = Names.KeyOf(label), Record = $"{named}, a region" })
                    );
            });
        }
    }

    // The project's owner chooses under which key a task's image lies: "image" first, otherwise the one that names a file of the set.
    private string? ImageOf(JsonElement data)
    {
        var written = data.Find("image", JsonValueKind.String)?.Text();
        if (written is not null)
            return Find(written);
        foreach (var member in data.EnumerateObject())
        {
            if (member.Value.Text() is { } text && Find(text) is { } image)
            {
                notes.Add($"The images lie under the key \"{JsonMembers.KeyOf(member)}\" of the tasks.");
                return image;
            }
        }

        throw new InvalidDataException("its data names no image of the set.");
    }

    // Uploads get eight hexadecimal digits before their own name.
    // A name is taken as it is written before it is taken for an address: files may hold '%' and '?'.
    private string? Find(string written) =>
        Known(written) ?? Known(Uri.UnescapeDataString(written)) ?? Known(Uri.UnescapeDataString(written.Split('?')[0]));

    private string? Known(string written)
    {
        var name = NameOf(Nfc.Of(written));
        return byName.GetValueOrDefault(name)
            ?? (Uploaded().Match(name) is { Success: true } upload ? byName.GetValueOrDefault(name[upload.Length..]) : null);
    }

    private static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    [GeneratedRegex("^[0-9a-f]{8}-", RegexOptions.CultureInvariant)]
    private static partial Regex Uploaded();
}
