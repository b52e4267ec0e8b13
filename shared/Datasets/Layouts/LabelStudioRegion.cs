using System.Text.Json;
using RoadSeg.Datasets.Files;
using RoadSeg.Datasets.Shapes;

namespace RoadSeg.Datasets.Layouts;

/// <summary>One region of Label Studio: a brush, a polygon, a box or an ellipse with its labels.</summary>
/// <param name="Labels">One or more.</param>
/// <param name="Size">Of the picture that it was made on.</param>
/// <param name="Shape">Without key and name.</param>
internal sealed record LabelStudioRegion(IReadOnlyList<string> Labels, (int Width, int Height) Size, Shape Shape)
{
    // Where a region's labels stand: beside the shape, or with <Labels> of their own.
    private static readonly string[] LabelMembers = ["brushlabels", "polygonlabels", "rectanglelabels", "ellipselabels", "labels"];

    /// <returns>Null for what labels no area.</returns>
    /// <exception cref="InvalidDataException">It is odd; the message says how.</exception>
    public static LabelStudioRegion? Read(JsonElement result, JsonElement value, LeftOut leftOut)
    {
        var labels = LabelMembers.Select(name => (Name: name, Member: value.Member(name))).FirstOrDefault(of => of.Member is not null);
        var shape =
            value.Member("rle") is not null ? "brush"
            : value.Member("points") is not null ? "polygon"
            : value.Member("radiusX") is not null ? "ellipse"
            : value.Member("width") is not null && value.Member("height") is not null && value.Member("x") is not null ? "rectangle"
            : null;
        if (shape is null)
        {
            if (value.Member("keypointlabels") is not null || value.Member("vectorlabels") is not null)
                leftOut.Add(value.Member("keypointlabels") is not null ? "keypoint" : "vector");
            return null;
        }

        // A shape beside <Labels> is exported once more without them, and what stands in a list of texts or boxes labels no area.
        if (labels.Member is null && shape != "brush")
            return null;
        var size = (result.Int32("original_width"), result.Int32("original_height"));
        return new LabelStudioRegion(
            [
                .. value
                    .Items(labels.Name ?? LabelMembers[0])
                    .Select(label => label.Text() is { } name ? Nfc.Of(name) : throw new InvalidDataException("a label is no text.")),
            ],
            size,
            shape == "brush"
                ? new BrushShape(0, 0, "", size.Item1, size.Item2, [.. value.Items("rle").Select(JsonMembers.Octet)])
                : Outline(result, value, shape, size)
        );
    }

    private static OutlineShape Outline(JsonElement result, JsonElement value, string shape, (int Width, int Height) size)
    {
        // Its coordinates are of the picture as it was turned there, whatever its size says.
        if (result.Find("image_rotation", JsonValueKind.Number) is { } turned && turned.GetDouble() % 360 != 0)
            throw new InvalidDataException($"its picture was turned by {turned.GetRawText()} degrees in the tool: turn it back there.");
        if (shape == "polygon")
            return new OutlineShape(
                0,
                0,
                "",
                PointMeaning.Place,
                PointUnit.Percent,
                [ShapePart.Of(OutlineRing.Pairs(value.Member("points")!.Value))]
            );

        // In pixels: turned in percent a box would be skewed.
        var (x, y) = (Pixels(value, "x", size.Width), Pixels(value, "y", size.Height));
        var degrees = value.Find("rotation", JsonValueKind.Number) is { } rotation ? OutlineRing.Number(rotation) : 0;
        double[] ring;
        if (shape == "ellipse")
        {
            ring = Outlines.Ellipse(x, y, Pixels(value, "radiusX", size.Width), Pixels(value, "radiusY", size.Height), degrees);
        }
        else
        {
            // A box is turned about its first corner.
            ring = Outlines.Box(x, y, x + Pixels(value, "width", size.Width), y + Pixels(value, "height", size.Height));
            if (degrees != 0)
                ring = Outlines.Turned(ring, x, y, degrees);
        }

        return new OutlineShape(0, 0, "", PointMeaning.Place, PointUnit.Pixels, [ShapePart.Of(ring)]);
    }

    private static double Pixels(JsonElement value, string name, int size) =>
        OutlineRing.Number(value.Member(name) ?? throw new InvalidDataException($"it has no \"{name}\".")) * size / 100;
}
