using System.Text.Json;
using RoadSeg.Datasets.Files;
using RoadSeg.Datasets.Masks;
using RoadSeg.Datasets.Shapes;
using RoadSeg.Labels;

namespace RoadSeg.Datasets.Layouts;

/// <summary>One list of COCO instances, of any length and with its parts in any order.</summary>
/// <param name="input">The set.</param>
/// <param name="finder">Its pictures.</param>
/// <param name="list">Path of the list.</param>
/// <param name="categories">Takes the categories; all lists of a set share them.</param>
internal sealed class CocoInstanceList(
    LayoutInput input,
    ImageFinder finder,
    string list,
    Dictionary<int, (string Name, RgbColor? Color, string List)> categories
)
{
    private const int LongestId = 100;

    // Ids that no category has are few, or the list is broken.
    private const int MostUnknown = 1000;

    private readonly ShapeChains chains = new(input.Aside);
    private readonly Dictionary<string, (string File, (int, int)? Size)> images = new(StringComparer.Ordinal);
    private readonly HashSet<int> own = [];
    private readonly SortedDictionary<int, (string First, long Count)> used = [];
    private long crowds;

    public IEnumerable<string> Notes =>
        crowds == 0 ? [] : [$"{list}: crowds ({crowds:N0}) are drawn as the category that they are a crowd of."];

    public async Task ReadAsync(CancellationToken cancel)
    {
        var counts = new Dictionary<string, long>
        {
            ["images"] = 0,
            ["annotations"] = 0,
            ["categories"] = 0,
        };
        var last = "images";
        try
        {
            await using var stream = await input.OpenAsync(list, cancel);
            await foreach (var (property, item) in JsonArrays.ReadAsync(stream, [.. counts.Keys], cancel))
            {
                last = property;
                var number = ++counts[property];
                switch (property)
                {
                    case "categories":
                        input.Record(list, Named("Category", item, number), () => Category(item));
                        break;
                    case "images":
                        input.Record(list, Named("Image", item, number), () => Image(item));
                        break;
                    default:
                        var named = Named("Annotation", item, number);
                        input.Record(list, named, () => Annotation(item, named));
                        break;
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidDataException)
        {
            throw DatasetErrors.Invalid(
                $"{list} is no COCO list: {JsonMembers.Said(e)}{JsonArrays.After(counts[last], $"of its {last}")}",
                e
            );
        }

        if (images.Count == 0 && counts["images"] == 0)
            throw DatasetErrors.Invalid(
                $"{list} is no COCO list: it has no \"images\". If it is another tool's file, take it out of the set's folder."
            );
    }

    /// <summary>Reports annotations of categories and images that the list does not have.</summary>
    public void FindUnknown()
    {
        foreach (var (id, (first, count)) in used)
        {
            if (!own.Contains(id))
                input.Faults.Add(
                    FaultKind.RecordUnreadable,
                    list,
                    $"{first}{(count > 1 ? $" and {count - 1:N0} more are" : " is")} of category {id}, which the list does not have."
                );
        }

        foreach (var image in chains.Images.Where(image => !images.ContainsKey(image)).Order(StringComparer.Ordinal))
            input.Faults.Add(FaultKind.MaskWithoutImage, list, $"Annotations are of image {image}, which the list does not have.");
    }

    public IEnumerable<SamplePair> Pairs(ShapeLabels labels)
    {
        var folder = LayoutInput.FolderOf(list);
        var name = Path.GetFileNameWithoutExtension(list);
        var hint = name.StartsWith("instances_", StringComparison.Ordinal) ? name["instances_".Length..] : null;
        var split = SplitWords.OfPath(list);
        var taken = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (id, (file, size)) in images)
        {
            var path = finder.Find(folder, file, hint);
            input.Lists(path);
            if (path is null)
                input.Faults.Add(FaultKind.ListedFileMissing, file, $"{list} names it as image {id}.");
            else if (!taken.TryAdd(path, id))
                input.Faults.Add(FaultKind.IdentifierTwice, path, $"{list} has it as image {taken[path]} and as image {id}.");
            else
                yield return new SamplePair(
                    PersonalData.Strip(path[..^Path.GetExtension(path).Length]),
                    null,
                    split,
                    path,
                    new ShapeMask($"{list}#{id}", list, size, chains.Of(id), input.Aside, labels)
                );
        }
    }

    private static string Named(string what, JsonElement item, long number)
    {
        try
        {
            if (item.Member("id") is { ValueKind: JsonValueKind.Number } id && id.GetRawText() is { Length: <= LongestId } text)
                return $"{what} {text}";
        }
        catch (InvalidDataException)
        {
            // Reading it says what is wrong with it.
        }

        return $"{what} number {number:N0} of the list";
    }

    private void Category(JsonElement item)
    {
        var id = item.Int32("id");
        if (id < 0)
            throw new InvalidDataException("its id is negative.");
        var name = Nfc.Of(item.Text("name"));
        if (!categories.TryAdd(id, (name, item.Color(), list)) && categories[id].Name != name)
        {
            if (categories[id].List == list)
                throw new InvalidDataException($"category {categories[id].Name} has its id.");
            throw DatasetErrors.Invalid(
                $"{list} calls category {id} '{name}', {categories[id].List} calls it '{categories[id].Name}': lists of one set share "
                    + "their categories. Make two sets of them, or give them one list of categories."
            );
        }

        own.Add(id);
    }

    private void Image(JsonElement item)
    {
        var (id, file) = (Id(item, "id"), item.Text("file_name"));
        var size =
            item.Find("width", JsonValueKind.Number) is not null && item.Find("height", JsonValueKind.Number) is not null
                ? (item.Int32("width"), item.Int32("height"))
                : ((int, int)?)null;
        if (!images.TryAdd(id, (file, size)))
            throw new InvalidDataException($"{images[id].File} has its id.");
    }

    private void Annotation(JsonElement item, string named)
    {
        var (image, category) = (Id(item, "image_id"), item.Int32("category_id"));
        if (category < 0)
            throw new InvalidDataException("its category's id is negative.");
        var segmentation = item.Member("segmentation") ?? throw new InvalidDataException("it has no \"segmentation\".");
        if (Shape(segmentation, category, named) is not { } shape)
            return;
        if (used.Count < MostUnknown || used.ContainsKey(category))
            used[category] = used.TryGetValue(category, out var before) ? (before.First, before.Count + 1) : (named, 1);
        if (item.Member("iscrowd") is { ValueKind: JsonValueKind.Number } crowd && crowd.TryGetInt32(out var is1) && is1 == 1)
            crowds++;
        chains.Add(image, shape);
    }

    private Shape? Shape(JsonElement segmentation, int category, string named)
    {
        if (segmentation.ValueKind == JsonValueKind.Object)
        {
            List<int> size =
            [
                .. segmentation
                    .Items("size")
                    .Select(side => side.ValueKind == JsonValueKind.Number && side.TryGetInt32(out var n) ? n : -1),
            ];
            if (size.Count != 2)
                throw new InvalidDataException("\"size\" is not height and width.");
            var (width, height) = RunCounts.Box(size[1], size[0]);
            var counts = RunCounts.Coco(
                segmentation.Member("counts") ?? throw new InvalidDataException("it has no \"counts\"."),
                width,
                height
            );
            return new RunShape(category, 0, named, 0, 0, width, height, OfPicture: true, ByColumn: true, counts);
        }

        if (segmentation.ValueKind != JsonValueKind.Array)
            throw new InvalidDataException("\"segmentation\" is neither a list of outlines nor run lengths.");
        if (segmentation.GetArrayLength() == 0)
            throw new InvalidDataException("\"segmentation\" is empty: it is a box without an outline.");
        if (segmentation[0].ValueKind == JsonValueKind.Number)
            return Outline([ShapePart.Of(OutlineRing.Flat(segmentation))]);
        var parts = new List<ShapePart>();
        var number = 0;
        foreach (var ring in segmentation.EnumerateArray())
        {
            // An outline of too few points covers nothing; the others of the annotation stand.
            number++;
            input.Record(list, segmentation.GetArrayLength() == 1 ? named : $"{named}, outline {number}", () =>
                parts.Add(ShapePart.Of(OutlineRing.Flat(ring)))
            );
        }

        return parts.Count > 0 ? Outline(parts) : null;

        OutlineShape Outline(List<ShapePart> of) => new(category, 0, named, PointMeaning.Place, PointUnit.Pixels, of);
    }

    // Ids are numbers or texts, as long as they are equal.
    private static string Id(JsonElement item, string name)
    {
        if (item.ValueKind != JsonValueKind.Object)
            throw new InvalidDataException("it is no object.");
        var id = item.Member(name) switch
        {
            { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
            { ValueKind: JsonValueKind.String } text => text.Text() ?? throw new InvalidDataException($"\"{name}\" is empty."),
            null => throw new InvalidDataException($"it has no \"{name}\"."),
            _ => throw new InvalidDataException($"\"{name}\" is neither a number nor a text."),
        };
        return id.Length <= LongestId ? id : throw new InvalidDataException($"\"{name}\" is longer than {LongestId} characters.");
    }
}
