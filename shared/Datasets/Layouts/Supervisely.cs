using System.IO.Compression;
using System.Text.Json;
using RoadSeg.Datasets.Files;
using RoadSeg.Datasets.Masks;
using RoadSeg.Datasets.Shapes;
using RoadSeg.Labels;

namespace RoadSeg.Datasets.Layouts;

/// <summary>Supervisely: meta.json with the classes, and in each data set's folder ann/x.jpg.json for img/x.jpg. Later objects lie on
/// top.</summary>
/// <remarks>Format: supervisely/supervisely, supervisely/geometry. Coordinates name pixels, which belong to the figure (polygon.py,
/// _draw_impl); what a hole goes round goes with it.</remarks>
internal sealed class Supervisely()
    : Layout(
        "supervisely",
        "Supervisely: meta.json, and in each folder ann/x.jpg.json (polygons with holes, bitmaps, rectangles) beside img/x.jpg"
    )
{
    private const int MaxPicture = 64 << 20;

    public override async Task<LayoutResult> ReadAsync(LayoutInput input, CancellationToken cancel)
    {
        var files = input
            .Index.Paths.Where(path => path.EndsWith(".json", StringComparison.Ordinal) && path.Split('/') is [.., "ann", _])
            .ToList();
        if (files.Count == 0)
            throw DatasetErrors.Invalid("No ann/*.json lies in the set: Supervisely keeps one for each image, beside the folder img.");
        var listed = await ClassesAsync(input, cancel);
        var names = listed.Select(label => label.Name).ToHashSet(StringComparer.Ordinal);
        var (read, leftOut) = (new ImageFiles(input, "Supervisely file"), new LeftOut());
        await read.ReadJsonAsync(files, (path, root) => Image(input, read, leftOut, names, path, root), cancel);
        input.FindUnlisted();
        var labels = DrawnLabels.ByName(input, read.Names, listed, _ => false, largerFirst: false);
        return new LayoutResult([.. read.Pairs(labels.Shapes)], labels.Map, [DrawnLabels.Note, .. leftOut.Notes]);
    }

    private static async Task<List<(string Name, RgbColor? Color)>> ClassesAsync(LayoutInput input, CancellationToken cancel)
    {
        if (await input.ListAsync("meta.json", cancel) is not { } json)
            throw DatasetErrors.Invalid("meta.json is missing: it lists the classes. Copy it into the set's folder.");
        var classes = new List<(string, RgbColor?)>();
        try
        {
            using var document = JsonDocument.Parse(json);
            var number = 0;
            foreach (var label in document.RootElement.Items("classes"))
                input.Record("meta.json", $"Class number {++number}", () =>
                    classes.Add(
                        (
                            Nfc.Of(label.Text("title")),
                            RgbColor.TryParse(label.Find("color", JsonValueKind.String)?.Text() ?? "", out var color) ? color : null
                        )
                    )
                );
        }
        catch (Exception e) when (e is JsonException or InvalidDataException)
        {
            throw DatasetErrors.Invalid($"meta.json is no list of classes: {JsonMembers.Said(e)}", e);
        }

        return classes.Count > 0 ? classes : throw DatasetErrors.Invalid("meta.json names no class.");
    }

    private static void Image(LayoutInput input, ImageFiles read, LeftOut leftOut, HashSet<string> names, string path, JsonElement root)
    {
        var of = root.Object("size");
        var size = (of.Int32("width"), of.Int32("height"));
        var objects = root.Items("objects");
        var parts = path.Split('/');
        var image = string.Join('/', [.. parts[..^2], "img", parts[^1][..^".json".Length]]);
        if (!input.Index.Contains(image))
        {
            input.Faults.Add(FaultKind.ListedFileMissing, image, $"{path} labels it.");
            return;
        }

        if (!read.Image(path, image, size, SplitWords.OfPath(LayoutInput.FolderOf(path))))
            return;
        var number = 0;
        foreach (var item in objects)
        {
            var order = number++;
            var record = $"Object number {number}";
            input.Record(path, record, () => Object(input, read, leftOut, names, path, item, record, order));
        }
    }

    private static void Object(
        LayoutInput input,
        ImageFiles read,
        LeftOut leftOut,
        HashSet<string> names,
        string path,
        JsonElement item,
        string record,
        int order
    )
    {
        var kind = item.Text("geometryType");
        if (kind is not ("polygon" or "multipolygon" or "rectangle" or "bitmap"))
        {
            leftOut.Add(kind);
            return;
        }

        var label = Nfc.Of(item.Text("classTitle"));
        if (!names.Contains(label))
            throw new InvalidDataException($"the class {DatasetErrors.Shown(label)} is not in meta.json.");
        var key = read.Names.KeyOf(label);
        read.Add(
            path,
            kind == "bitmap"
                ? Bitmap(item, key, order, record, input.Limits)
                : new OutlineShape(key, order, record, PointMeaning.Pixel, PointUnit.Pixels, Parts(item, kind))
        );
    }

    private static List<ShapePart> Parts(JsonElement item, string kind)
    {
        if (kind == "multipolygon")
            return [.. item.Items("parts").Select(Part)];
        var points = item.Object("points");
        if (kind == "polygon")
            return [Part(points)];
        var box = OutlineRing.Pairs(points.Member("exterior") ?? throw new InvalidDataException("it has no \"exterior\"."), 2);
        return [ShapePart.Of(Outlines.Box(box[0], box[1], box[2], box[3]))];
    }

    private static ShapePart Part(JsonElement part) =>
        new(
            OutlineRing.Pairs(part.Member("exterior") ?? throw new InvalidDataException("it has no \"exterior\".")),
            part.Member("interior") is null ? [] : [.. part.Items("interior").Select(hole => OutlineRing.Pairs(hole))]
        );

    // A PNG in zlib's form in base64, its first pixel at the origin; older ones without zlib.
    private static RunShape Bitmap(JsonElement item, int key, int order, string record, Imaging.ImageLimits limits)
    {
        var bitmap = item.Object("bitmap");
        var origin = OutlineRing.Point(bitmap.Member("origin") ?? throw new InvalidDataException("it has no \"origin\"."));
        if (bitmap.Find("data", JsonValueKind.String) is not { } text || !text.TryGetBytesFromBase64(out var bytes))
            throw new InvalidDataException("\"data\" is no picture in base64.");
        return RegionPicture.Read(bytes is [0x78, ..] ? Unpacked(bytes) : bytes, (int)origin.X, (int)origin.Y, key, order, record, limits);
    }

    private static byte[] Unpacked(byte[] packed)
    {
        using var zlib = new ZLibStream(new MemoryStream(packed), CompressionMode.Decompress);
        var bytes = new MemoryStream();
        var buffer = new byte[1 << 16];
        for (var read = Read(); read > 0; read = Read())
        {
            if (bytes.Length + read > MaxPicture)
                throw new InvalidDataException($"its picture unpacks to more than {MaxPicture:N0} bytes.");
            bytes.Write(buffer, 0, read);
        }

        return bytes.ToArray();

        int Read()
        {
            try
            {
                return zlib.Read(buffer);
            }
            catch (InvalidDataException e)
            {
                throw new InvalidDataException("its picture is not packed by zlib as it says.", e);
            }
        }
    }
}
