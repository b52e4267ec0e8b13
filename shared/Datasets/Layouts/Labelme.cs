using System.Text.Json;
using RoadSeg.Datasets.Files;
using RoadSeg.Datasets.Masks;
using RoadSeg.Datasets.Shapes;
using RoadSeg.Errors;

namespace RoadSeg.Datasets.Layouts;

/// <summary>Labelme: a JSON file beside each image. Later shapes lie on top, as Labelme's own converters draw them.</summary>
/// <remarks>Format: wkentaro/labelme, labelme/_label_file.py. Its canvas lets points lie from 0 to the width: coordinates are
/// places.</remarks>
internal sealed class Labelme()
    : Layout("labelme", "Labelme: x.json beside x.jpg (polygons, rectangles, circles, masks), labels.txt where there is one")
{
    // What Labelme's own lists begin with: pixels to be left out, and those of no class.
    private static readonly string[] Unlabelled = ["__ignore__", "_background_"];

    public override async Task<LayoutResult> ReadAsync(LayoutInput input, CancellationToken cancel)
    {
        var files = input
            .Index.Paths.Where(path =>
                path.EndsWith(".json", StringComparison.OrdinalIgnoreCase) && path[(path.LastIndexOf('/') + 1)..] != DatasetSpec.FileName
            )
            .ToList();
        if (files.Count == 0)
            throw DatasetErrors.Invalid("No .json lies in the set: Labelme keeps one beside each image.");
        var listed = new List<string>();
        if (await input.ListAsync("labels.txt", cancel) is { } text)
            input.Lines("labels.txt", text, (_, line) => listed.Add(Nfc.Of(line)));
        var (read, finder, leftOut) = (new ImageFiles(input, "Labelme file"), new ImageFinder(input.Index), new LeftOut());
        await read.ReadJsonAsync(files, (path, root) => Image(input, read, finder, leftOut, listed, path, root), cancel);
        input.FindUnlisted();
        if (read.Names.Keys.Count == 0 && listed.Count == 0)
            throw DatasetErrors.Invalid(
                "The Labelme files hold no shape with an area."
                    + (input.Faults.First(FaultKind.RecordUnreadable) is { } odd ? $" The first odd one: {odd.File}, {odd.Detail}" : "")
            );
        var labels = DrawnLabels.ByName(
            input,
            read.Names,
            listed.Select(name => (name, (RoadSeg.Labels.RgbColor?)null)),
            Unlabelled.Contains,
            largerFirst: false
        );
        return new LayoutResult([.. read.Pairs(labels.Shapes)], labels.Map, [DrawnLabels.Note, .. leftOut.Notes]);
    }

    private static void Image(
        LayoutInput input,
        ImageFiles read,
        ImageFinder finder,
        LeftOut leftOut,
        List<string> listed,
        string path,
        JsonElement root
    )
    {
        var written = root.Text("imagePath");
        var shapes = root.Items("shapes");
        var size =
            root.Find("imageWidth", JsonValueKind.Number) is not null && root.Find("imageHeight", JsonValueKind.Number) is not null
                ? (root.Int32("imageWidth"), root.Int32("imageHeight"))
                : ((int, int)?)null;
        if (finder.Find(LayoutInput.FolderOf(path), written) is not { } image)
        {
            input.Faults.Add(
                FaultKind.ListedFileMissing,
                written,
                $"{path} names it."
                    + (
                        root.Find("imageData", JsonValueKind.String) is null
                            ? ""
                            : " Its imageData holds the picture: save it beside the file."
                    )
            );
            return;
        }

        if (!read.Image(path, image, size, SplitWords.OfPath(path)))
            return;
        var number = 0;
        foreach (var shape in shapes)
        {
            var (record, order) = ($"Shape {number}", number++);
            input.Record(path, record, () => Shape(input, read, leftOut, listed, path, shape, record, order));
        }
    }

    private static void Shape(
        LayoutInput input,
        ImageFiles read,
        LeftOut leftOut,
        List<string> listed,
        string path,
        JsonElement shape,
        string record,
        int order
    )
    {
        var label = shape.Text("label");
        var kind = shape.Member("shape_type") is { ValueKind: not JsonValueKind.Null } type
            ? type.Text() ?? throw new InvalidDataException("\"shape_type\" is no text.")
            : "polygon";
        if (kind is "point" or "points" or "line" or "linestrip")
        {
            leftOut.Add(kind);
            return;
        }

        if (listed.Count > 0 && !listed.Contains(Nfc.Of(label)))
            throw new InvalidDataException($"the label {DatasetErrors.Shown(label)} is not in labels.txt.");
        var points = shape.Member("points") ?? throw new InvalidDataException("it has no \"points\".");
        if (kind == "mask")
        {
            read.Add(path, Mask(shape, OutlineRing.Pairs(points, 2), read.Names.KeyOf(label), order, record, input.Limits));
            return;
        }

        var ring = kind switch
        {
            "polygon" or "oriented_rectangle" => OutlineRing.Pairs(points),
            "rectangle" => Rectangle(OutlineRing.Pairs(points, 2)),
            "circle" => Circle(OutlineRing.Pairs(points, 2)),
            _ => throw new InvalidDataException($"the shape_type {DatasetErrors.Shown(kind)} is not known."),
        };
        read.Add(
            path,
            new OutlineShape(read.Names.KeyOf(label), order, record, PointMeaning.Place, PointUnit.Pixels, [ShapePart.Of(ring)])
        );
    }

    private static double[] Rectangle(double[] corners) => Outlines.Box(corners[0], corners[1], corners[2], corners[3]);

    // The centre and a point of the rim.
    private static double[] Circle(double[] points)
    {
        var radius = double.Hypot(points[2] - points[0], points[3] - points[1]);
        return Outlines.Ellipse(points[0], points[1], radius, radius);
    }

    // A picture of the region whose first pixel the first corner names.
    private static RunShape Mask(JsonElement shape, double[] corners, int key, int order, string record, Imaging.ImageLimits limits)
    {
        if (shape.Find("mask", JsonValueKind.String) is not { } text || !text.TryGetBytesFromBase64(out var png))
            throw new InvalidDataException("\"mask\" is no picture in base64.");
        return RegionPicture.Read(png, (int)Math.Round(corners[0]), (int)Math.Round(corners[1]), key, order, record, limits);
    }
}
