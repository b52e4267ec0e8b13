using System.Text.Json;
using RoadSeg.Datasets.Mapping;
using RoadSeg.Labels;

namespace RoadSeg.Datasets.Layouts;

/// <summary>Mapillary Vistas: palette pictures whose indices are the ids; config.json lists the labels, index = id.</summary>
internal static class Mapillary
{
    public static Layout V1 { get; } =
        new PatternLayout(
            "mapillary",
            "Mapillary Vistas 1.2: {split}/images/x.jpg beside {split}/labels/x.png or {split}/v1.2/labels/x.png, labels by config.json",
            [new("{split}/images/{id}.{ext}", "{split}/v1.2/labels/{id}.png"), new("{split}/images/{id}.{ext}", "{split}/labels/{id}.png")],
            (input, cancel) => LabelsAsync(input, ["config_v1.2.json", "config.json"], cancel)
        );

    public static Layout V2 { get; } =
        new PatternLayout(
            "mapillary-v2",
            "Mapillary Vistas 2.0: {split}/images/x.jpg beside {split}/v2.0/labels/x.png, labels by config_v2.0.json",
            [new("{split}/images/{id}.{ext}", "{split}/v2.0/labels/{id}.png")],
            (input, cancel) => LabelsAsync(input, ["config_v2.0.json"], cancel)
        );

    private static async Task<SourceLabels?> LabelsAsync(LayoutInput input, string[] names, CancellationToken cancel)
    {
        foreach (var name in names)
        {
            if (await input.ListAsync(name, cancel) is { } json)
                return Parse(input, name, json);
        }

        throw DatasetErrors.Invalid(
            $"{string.Join(" or ", names)} is missing: without it the ids have no names. Copy it into the set's folder."
        );
    }

    private static SourceLabels Parse(LayoutInput input, string name, byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var labels = new List<(int, string, RgbColor?, bool)>();
            var id = 0;
            string? first = null;

            // The index is the id, read or not: what follows an odd label keeps its own.
            foreach (var label in document.RootElement.Items("labels"))
            {
                if (!input.Record(name, $"Label {id}", () => labels.Add((id, Name(label), label.Color(), Ignored(label))), out var odd))
                    first ??= $"label {id}: {odd}";
                id++;
            }

            return labels.Count > 0
                ? SourceLabels.OwnClasses(MaskEncoding.Id, labels)
                : throw new InvalidDataException(first is null ? "\"labels\" is empty." : $"no label could be read. The first, {first}");
        }
        catch (Exception e) when (e is JsonException or InvalidDataException)
        {
            throw DatasetErrors.Invalid($"{name} is no list of labels with name, readable, color and evaluate: {JsonMembers.Said(e)}", e);
        }
    }

    private static string Name(JsonElement label) => label.Find("readable", JsonValueKind.String)?.Text() ?? label.Text("name");

    private static bool Ignored(JsonElement label) =>
        label.Find("evaluate", JsonValueKind.True) is null
        && (
            label.Find("evaluate", JsonValueKind.False) is not null
                ? true
                : throw new InvalidDataException("it has no \"evaluate\" of true or false.")
        );
}
