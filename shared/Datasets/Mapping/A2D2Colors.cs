using System.Text.RegularExpressions;
using RoadSeg.Labels;

namespace RoadSeg.Datasets.Mapping;

/// <summary>What the colours of A2D2 mean.</summary>
internal static partial class A2D2Colors
{
    /// <summary>Names that make no class.</summary>
    public static readonly string[] Unlabelled = ["Ego car", "Blurred area", "Rain dirt"];

    // class_list.json, colour to name; a number at the end distinguishes instances.
    private const string Colors =
        "ff0000 Car 1|c80000 Car 2|960000 Car 3|800000 Car 4|b65906 Bicycle 1|963204 Bicycle 2|5a1e01 Bicycle 3|5a1e1e Bicycle 4|cc99ff "
        + "Pedestrian 1|bd499b Pedestrian 2|ef59bf Pedestrian 3|"
        + "ff8000 Truck 1|c88000 Truck 2|968000 Truck 3|00ff00 Small vehicles 1|00c800 Small vehicles 2|009600 Small vehicles 3|0080ff "
        + "Traffic signal 1|1e1c9e Traffic signal 2|3c1c64 Traffic signal 3|"
        + "00ffff Traffic sign 1|1edcdc Traffic sign 2|3c9dc7 Traffic sign 3|ffff00 Utility vehicle 1|ffffc8 Utility vehicle 2|e96400 "
        + "Sidebars|6e6e00 Speed bumper|808000 Curbstone|ffc125 Solid line|"
        + "400040 Irrelevant signs|b97a57 Road blocks|000064 Tractor|8b636c Non-drivable street|d23273 Zebra crossing|ff0080 Obstacles / "
        + "trash|fff68f Poles|960096 RD restricted area|ccff99 Animals|"
        + "eea2ad Grid structure|212cb1 Signal corpus|b432b4 Drivable cobblestone|ff46b9 Electronic traffic|eee9bf Slow drive "
        + "area|93fdc2 Nature object|9696c8 Parking area|b496c8 Sidewalk|"
        + "48d1cc Ego car|c87dd2 Painted driv. instr.|9f79ee Traffic guide obj.|8000ff Dashed line|ff00ff RD normal street|87ceff "
        + "Sky|f1e6ff Buildings|60458f Blurred area|352e52 Rain dirt";

    /// <summary>Every colour with its name.</summary>
    public static readonly (string Name, RgbColor Color)[] Known =
    [
        .. Colors.Split('|').Select(entry => (entry[7..], RgbColor.Parse("#" + entry[..6]))),
    ];

    /// <summary>Its classes, with the instance numbers merged.</summary>
    public static LabelCatalogue Merged() =>
        ClassColors.Catalogue(
            Known
                .Select(label => (Name: Whole(label.Name), Color: (RgbColor?)label.Color))
                .DistinctBy(label => label.Name)
                .Where(label => !Unlabelled.Contains(label.Name))
        );

    /// <summary>A name without the number of its instance.</summary>
    public static string Whole(string name) => InstanceNumber().Replace(name, "");

    [GeneratedRegex(@" \d+$", RegexOptions.CultureInvariant)]
    private static partial Regex InstanceNumber();
}
