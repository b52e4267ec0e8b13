using RoadSeg.Datasets.Mapping;
using RoadSeg.Labels;

namespace RoadSeg.Datasets.Layouts;

/// <summary>A2D2: colours by hex code in class_list.json, no published division.</summary>
internal static class A2D2
{
    /// <summary>Its folders write cam_front_center, its file names frontcenter.</summary>
    public static Layout Layout { get; } =
        new PatternLayout(
            "a2d2",
            "A2D2: {scene}/camera/cam_*/x_camera_y.png beside {scene}/label/cam_*/x_label_y.png in 55 hex colours (class_list.json), 35 "
                + "classes, divided by scene",
            [new("{group}/camera/{camera}/{time}_camera_{id}.{ext}", "{group}/label/{camera}/{time}_label_{id}.png")],
            LabelsAsync
        );

    private static async Task<SourceLabels?> LabelsAsync(LayoutInput input, CancellationToken cancel)
    {
        IEnumerable<(string Name, RgbColor Color)> labels = A2D2Colors.Known;
        if (await input.ListAsync("class_list.json", cancel) is { } json)
            labels = input.Table("class_list.json", "\"#rrggbb\": \"name\"", json, (color, name) => (name, Color(color)));

        var classes = BuiltInCatalogues.A2D2.Classes.Select(label => label.Name).ToHashSet();
        return new SourceLabels(
            MaskEncoding.Color,
            [
                .. labels.Select(label => new SourceLabel(
                    LabelMap.Pack(label.Color),
                    label.Name,
                    Target(A2D2Colors.Whole(label.Name), classes)
                )),
            ],
            BuiltInCatalogues.A2D2
        );
    }

    private static RgbColor Color(string text) =>
        RgbColor.TryParse(text, out var color) ? color : throw new InvalidDataException("the colour is not #rrggbb.");

    private static string? Target(string name, HashSet<string> classes) =>
        A2D2Colors.Unlabelled.Contains(name) ? SourceLabel.Ignore
        : classes.Contains(name) ? name
        : null;
}
