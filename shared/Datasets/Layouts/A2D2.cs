using System.Text.RegularExpressions;
using RoadSeg.Datasets.Mapping;
using RoadSeg.Labels;

namespace RoadSeg.Datasets.Layouts;

/// <summary>A2D2: colours by hex code in class_list.json, no published division.</summary>
internal static partial class A2D2
{
    private static readonly string[] Unlabelled = ["Ego car", "Blurred area", "Rain dirt"];

    // class_list.json, colour to name; a number at the end tells instances apart.
    private const string Colors =
        "ff0000 Car 1|c80000 Car 2|960000 Car 3|800000 Car 4|b65906 Bicycle 1|963204 Bicycle 2|5a1e01 Bicycle 3|5a1e1e Bicycle 4|cc99ff Pedestrian 1|bd499b Pedestrian 2|ef59bf Pedestrian 3|"
        + "ff8000 Truck 1|c88000 Truck 2|968000 Truck 3|00ff00 Small vehicles 1|00c800 Small vehicles 2|009600 Small vehicles 3|0080ff Traffic signal 1|1e1c9e Traffic signal 2|3c1c64 Traffic signal 3|"
        + "00ffff Traffic sign 1|1edcdc Traffic sign 2|3c9dc7 Traffic sign 3|ffff00 Utility vehicle 1|ffffc8 Utility vehicle 2|e96400 Sidebars|6e6e00 Speed bumper|808000 Curbstone|ffc125 Solid line|"
        + "400040 Irrelevant signs|b97a57 Road blocks|000064 Tractor|8b636c Non-drivable street|d23273 Zebra crossing|ff0080 Obstacles / trash|fff68f Poles|960096 RD restricted area|ccff99 Animals|"
        + "eea2ad Grid structure|212cb1 Signal corpus|b432b4 Drivable cobblestone|ff46b9 Electronic traffic|eee9bf Slow drive area|93fdc2 Nature object|9696c8 Parking area|b496c8 Sidewalk|"
        + "48d1cc Ego car|c87dd2 Painted driv. instr.|9f79ee Traffic guide obj.|8000ff Dashed line|ff00ff RD normal street|87ceff Sky|f1e6ff Buildings|60458f Blurred area|352e52 Rain dirt";

    private static readonly (string Name, RgbColor Color)[] Known = [.. Colors.Split('|').Select(entry => (entry[7..], RgbColor.Parse("#" + entry[..6])))];

    /// <summary>Its folders write cam_front_center, its file names frontcenter.</summary>
    public static Layout Layout { get; } = new PatternLayout(
        "a2d2",
        "A2D2: {scene}/camera/cam_*/x_camera_y.png beside {scene}/label/cam_*/x_label_y.png in 55 hex colours (class_list.json), 35 classes, divided by scene",
        [new("{group}/camera/{camera}/{time}_camera_{id}.{ext}", "{group}/label/{camera}/{time}_label_{id}.png")],
        LabelsAsync);

    public static LabelCatalogue Merged() => ClassColors.Catalogue(
        Known.Select(label => (Name: Whole(label.Name), Color: (RgbColor?)label.Color)).DistinctBy(label => label.Name).Where(label => !Unlabelled.Contains(label.Name)));

    private static async Task<SourceLabels?> LabelsAsync(LayoutInput input, CancellationToken cancel)
    {
        IEnumerable<(string Name, RgbColor Color)> labels = Known;
        if (await input.ListAsync("class_list.json", cancel) is { } json)
            labels = JsonMembers.Table(input, "class_list.json", "\"#rrggbb\": \"name\"", json, (color, name) => (name, Color(color)));

        var classes = BuiltInCatalogues.A2D2.Classes.Select(label => label.Name).ToHashSet();
        return new SourceLabels(
            MaskEncoding.Color,
            [.. labels.Select(label => new SourceLabel(LabelMap.Pack(label.Color), label.Name, Target(Whole(label.Name), classes)))],
            BuiltInCatalogues.A2D2);
    }

    private static RgbColor Color(string text) =>
        RgbColor.TryParse(text, out var color) ? color : throw new InvalidDataException("the colour is not #rrggbb.");

    private static string? Target(string name, HashSet<string> classes) => Unlabelled.Contains(name) ? SourceLabel.Ignore : classes.Contains(name) ? name : null;

    private static string Whole(string name) => InstanceNumber().Replace(name, "");

    [GeneratedRegex(@" \d+$", RegexOptions.CultureInvariant)]
    private static partial Regex InstanceNumber();
}
