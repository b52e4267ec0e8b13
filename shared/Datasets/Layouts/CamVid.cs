using System.Globalization;
using System.Text.Json;
using RoadSeg.Datasets.Mapping;
using RoadSeg.Errors;
using RoadSeg.Labels;

namespace RoadSeg.Datasets.Layouts;

/// <summary>CamVid in its three forms.</summary>
internal static class CamVid
{
    // Name, colour, class of the usual 11: label_colors.txt of the Cambridge set and the merge of its 32 labels that SegNet introduced.
    private static readonly (string Name, string Color, string Target)[] Raw =
    [
        ("Animal", "#408040", "pedestrian"),
        ("Archway", "#c00080", "building"),
        ("Bicyclist", "#0080c0", "bicyclist"),
        ("Bridge", "#008040", "building"),
        ("Building", "#800000", "building"),
        ("Car", "#400080", "car"),
        ("CartLuggagePram", "#4000c0", "pedestrian"),
        ("Child", "#c08040", "pedestrian"),
        ("Column_Pole", "#c0c080", "pole"),
        ("Fence", "#404080", "fence"),
        ("LaneMkgsDriv", "#8000c0", "road"),
        ("LaneMkgsNonDriv", "#c00040", "road"),
        ("Misc_Text", "#808040", "sign-symbol"),
        ("MotorcycleScooter", "#c000c0", "bicyclist"),
        ("OtherMoving", "#804040", "car"),
        ("ParkingBlock", "#40c080", "pavement"),
        ("Pedestrian", "#404000", "pedestrian"),
        ("Road", "#804080", "road"),
        ("RoadShoulder", "#8080c0", "pavement"),
        ("Sidewalk", "#0000c0", "pavement"),
        ("SignSymbol", "#c08080", "sign-symbol"),
        ("Sky", "#808080", "sky"),
        ("SUVPickupTruck", "#4080c0", "car"),
        ("TrafficCone", "#000040", "pole"),
        ("TrafficLight", "#004040", "sign-symbol"),
        ("Train", "#c04080", "car"),
        ("Tree", "#808000", "tree"),
        ("Truck_Bus", "#c080c0", "car"),
        ("Tunnel", "#400040", "building"),
        ("VegetationMisc", "#c0c000", "tree"),
        ("Void", "#000000", SourceLabel.Ignore),
        ("Wall", "#40c000", "building"),
    ];

    // Ids are in order there: one class that cannot be read would shift those behind it, so the file is taken whole or not.
    private static readonly JsonSerializerOptions CatalogueForm = new(JsonSerializerDefaults.Web) { RespectNullableAnnotations = true };

    public static Layout SegNet { get; } =
        new PatternLayout(
            "camvid",
            "CamVid, SegNet's form: train/x.png beside trainannot/x.png (ids 0-10, 11 unlabelled), classes.json where there is one",
            [new("{split}/{id}.{ext}", "{split}annot/{id}.png")],
            SegNetLabelsAsync,
            WithSequence
        );

    public static Layout Original { get; } =
        new PatternLayout(
            "camvid-raw",
            "CamVid as Cambridge gives it: x.png beside x_L.png in 32 colours (label_colors.txt), merged to 11 classes",
            [new("*/{id}.{ext}", "*/{id}_L.png"), new("{id}.{ext}", "{id}_L.png")],
            (input, cancel) => RawLabelsAsync(input, "label_colors.txt", ColorsTxt, cancel),
            WithSequence
        );

    public static Layout Kaggle { get; } =
        new PatternLayout(
            "camvid-kaggle",
            "CamVid, Kaggle's form: train/x.png beside train_labels/x_L.png in 32 colours (class_dict.csv), merged to 11 classes",
            [new("{split}/{id}.{ext}", "{split}_labels/{id}_L.png"), new("{split}/{id}.{ext}", "{split}_labels/{id}.png")],
            (input, cancel) => RawLabelsAsync(input, "class_dict.csv", ClassDict, cancel),
            WithSequence,
            notes: "The division of CamVid's Kaggle form is not the published one: neighbouring frames of one drive lie on both sides of "
                + "it, and scores come out far too high. "
                + "They must not be compared with published ones; \"split\": {\"by\": \"seed\"} divides by drive."
        );

    private static async Task<SourceLabels?> SegNetLabelsAsync(LayoutInput input, CancellationToken cancel)
    {
        if (await input.ListAsync("classes.json", cancel) is not { } json)
            return SourceLabels.Identity(BuiltInCatalogues.CamVid11, 11);
        try
        {
            var catalogue = JsonSerializer.Deserialize<LabelCatalogue>(json, CatalogueForm)
                ?? throw DatasetErrors.Invalid("classes.json is null.");
            return SourceLabels.Identity(new LabelCatalogue(catalogue.Classes, 255), catalogue.IgnoreId is { } id ? [id] : []);
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw DatasetErrors.Invalid(
                $"classes.json is no label catalogue (classes with id, name and color, and ignoreId): "
                    + $"{(e is JsonException odd ? JsonFault.Of(odd) : JsonFault.Of((ArgumentException)e))}",
                e
            );
        }
    }

    private static async Task<SourceLabels?> RawLabelsAsync(
        LayoutInput input,
        string list,
        Func<string, (string Name, int Key)?> parse,
        CancellationToken cancel
    )
    {
        var targets = Raw.ToDictionary(label => label.Name, label => label.Target, StringComparer.OrdinalIgnoreCase);
        if (await input.ListAsync(list, cancel) is not { } text)
            return new SourceLabels(
                MaskEncoding.Color,
                [.. Raw.Select(label => new SourceLabel(LabelMap.Pack(RgbColor.Parse(label.Color)), label.Name, label.Target))],
                BuiltInCatalogues.CamVid11
            );
        var labels = new List<SourceLabel>();
        input.Lines(list, text, (number, line) =>
        {
            if (parse(line) is { } label)
                labels.Add(new SourceLabel(label.Key, label.Name, targets.GetValueOrDefault(label.Name)));
            else if (labels.Count > 0 || !line.StartsWith("name", StringComparison.OrdinalIgnoreCase))
                throw new InvalidDataException($"{DatasetErrors.Shown(line)} is no name with three numbers of 0-255.");
        });

        return labels.Count > 0
            ? new SourceLabels(MaskEncoding.Color, labels, BuiltInCatalogues.CamVid11)
            : throw DatasetErrors.Invalid($"{list} names no label. Copy the list that came with the set, or leave it out.");
    }

    // "64 128 64<tabs>Animal": how many tabs or spaces varies.
    private static (string Name, int Key)? ColorsTxt(string line)
    {
        var parts = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        return parts.Length == 4 ? Label(parts[3], parts[..3]) : null;
    }

    private static (string Name, int Key)? ClassDict(string line)
    {
        var parts = line.Split(',', StringSplitOptions.TrimEntries);
        return parts.Length == 4 ? Label(parts[0], parts[1..]) : null;
    }

    public static (string Name, int Key)? Label(string name, string[] rgb) =>
        byte.TryParse(rgb[0], NumberStyles.None, CultureInfo.InvariantCulture, out var r)
        && byte.TryParse(rgb[1], NumberStyles.None, CultureInfo.InvariantCulture, out var g)
        && byte.TryParse(rgb[2], NumberStyles.None, CultureInfo.InvariantCulture, out var b)
            ? (name, LabelMap.Pack(new RgbColor(r, g, b)))
            : null;

    // 0016E5_07959 and Seq05VD_f02340: what comes before the underscore is the drive.
    private static SamplePair WithSequence(SamplePair pair)
    {
        var name = pair.Id[(pair.Id.LastIndexOf('/') + 1)..];
        var end = name.IndexOf('_', StringComparison.Ordinal);
        return pair with { Group = end > 0 ? name[..end] : null };
    }
}
