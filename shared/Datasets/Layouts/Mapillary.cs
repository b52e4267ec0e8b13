using System.Text.Json;
using RoadSeg.Datasets.Mapping;
using RoadSeg.Labels;

namespace RoadSeg.Datasets.Layouts;

/// <summary>Mapillary Vistas: palette pictures whose indices are the ids; config.json lists the labels, index = id.</summary>
internal static class Mapillary
{
    public static Layout V1 { get; } = new PatternLayout(
        "mapillary",
        "Mapillary Vistas 1.2: {split}/images/x.jpg beside {split}/labels/x.png or {split}/v1.2/labels/x.png, labels by config.json",
        [new("{split}/images/{id}.{ext}", "{split}/v1.2/labels/{id}.png"), new("{split}/images/{id}.{ext}", "{split}/labels/{id}.png")],
        (input, cancel) => LabelsAsync(input, ["config_v1.2.json", "config.json"], cancel));

    public static Layout V2 { get; } = new PatternLayout(
        "mapillary-v2",
        "Mapillary Vistas 2.0: {split}/images/x.jpg beside {split}/v2.0/labels/x.png, labels by config_v2.0.json",
        [new("{split}/images/{id}.{ext}", "{split}/v2.0/labels/{id}.png")],
        (input, cancel) => LabelsAsync(input, ["config_v2.0.json"], cancel));

    private static async Task<SourceLabels?> LabelsAsync(LayoutInput input, string[] names, CancellationToken cancel)
    {
        foreach (var name in names)
        {
            if (await input.ListAsync(name, cancel) is { } json)
                return Parse(name, json);
        }

        throw DatasetErrors.Invalid($"{string.Join(" or ", names)} is missing: without it the ids have no names. Copy it into the set's folder.");
    }

    private static SourceLabels Parse(string name, byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return SourceLabels.OwnClasses(MaskEncoding.Id, document.RootElement.GetProperty("labels").EnumerateArray().Select((label, id) =>
            {
                var color = label.GetProperty("color");
                return (
                    id,
                    label.GetProperty("readable").GetString() ?? label.GetProperty("name").GetString()!,
                    (RgbColor?)new RgbColor(color[0].GetByte(), color[1].GetByte(), color[2].GetByte()),
                    !label.GetProperty("evaluate").GetBoolean());
            }));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            throw DatasetErrors.Invalid($"{name} is no list of labels with name, readable, color and evaluate: {e.Message}", e);
        }
    }
}
