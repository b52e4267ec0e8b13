using RoadSeg.Labels;

namespace RoadSeg.Datasets.Mapping;

/// <summary>Catalogues that <c>dataset.json</c> may name.</summary>
public static class BuiltInCatalogues
{
    /// <summary>CamVid's 11 evaluated classes, in SegNet's order.</summary>
    public static LabelCatalogue CamVid11 { get; } =
        Of(
            ("sky", "#808080"),
            ("building", "#800000"),
            ("pole", "#c0c080"),
            ("road", "#804080"),
            ("pavement", "#3c28de"),
            ("tree", "#808000"),
            ("sign-symbol", "#c08080"),
            ("fence", "#404080"),
            ("car", "#400080"),
            ("pedestrian", "#404000"),
            ("bicyclist", "#0080c0")
        );

    /// <summary>Cityscapes' 19 evaluated classes by train id (cityscapesScripts, labels.py); BDD100K and KITTI share it.</summary>
    public static LabelCatalogue Cityscapes19 { get; } =
        Of(
            ("road", "#804080"),
            ("sidewalk", "#f423e8"),
            ("building", "#464646"),
            ("wall", "#66669c"),
            ("fence", "#be9999"),
            ("pole", "#999999"),
            ("traffic light", "#faaa1e"),
            ("traffic sign", "#dcdc00"),
            ("vegetation", "#6b8e23"),
            ("terrain", "#98fb98"),
            ("sky", "#4682b4"),
            ("person", "#dc143c"),
            ("rider", "#ff0000"),
            ("car", "#00008e"),
            ("truck", "#000046"),
            ("bus", "#003c64"),
            ("train", "#005064"),
            ("motorcycle", "#0000e6"),
            ("bicycle", "#770b20")
        );

    /// <summary>comma10k's five classes.</summary>
    public static LabelCatalogue Comma10k5 { get; } =
        Of(("road", "#402020"), ("lane markings", "#ff0000"), ("undrivable", "#808060"), ("movable", "#00ff66"), ("my car", "#cc00ff"));

    /// <summary>IDD's 26 classes of hierarchy level 3 (AutoNUE). Its own colours are not unique, so these are ours.</summary>
    public static LabelCatalogue Idd26 { get; } =
        ClassColors.Catalogue(
            (
                (string[])
                    [
                        "road",
                        "parking",
                        "sidewalk",
                        "non-drivable",
                        "person",
                        "rider",
                        "motorcycle",
                        "bicycle",
                        "autorickshaw",
                        "car",
                        "truck",
                        "bus",
                        "vehicle fallback",
                        "curb",
                        "wall",
                        "fence",
                        "guard rail",
                        "billboard",
                        "traffic sign",
                        "traffic light",
                        "pole",
                        "obstacle",
                        "building",
                        "bridge",
                        "vegetation",
                        "sky",
                    ]
            ).Select(name => (name, (RgbColor?)null))
        );

    /// <summary>A2D2's classes with the instance numbers of its colours merged; ego car, blurred area and rain dirt are
    /// unlabelled.</summary>
    public static LabelCatalogue A2D2 { get; } = A2D2Colors.Merged();

    private static readonly Dictionary<string, LabelCatalogue> ByName = new(StringComparer.Ordinal)
    {
        ["camvid-11"] = CamVid11,
        ["cityscapes-19"] = Cityscapes19,
        ["comma10k-5"] = Comma10k5,
        ["idd-26"] = Idd26,
        ["a2d2-35"] = A2D2,
    };

    /// <summary>The names.</summary>
    public static IReadOnlyCollection<string> Names => ByName.Keys;

    /// <summary>The catalogue of a name, or null.</summary>
    public static LabelCatalogue? Find(string name) => ByName.GetValueOrDefault(name);

    private static LabelCatalogue Of(params (string Name, string Color)[] classes) =>
        new([.. classes.Select((label, id) => new LabelClass(id, label.Name, RgbColor.Parse(label.Color)))], ignoreId: 255);
}
