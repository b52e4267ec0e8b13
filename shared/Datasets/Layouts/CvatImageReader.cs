using System.Globalization;
using System.Xml;
using RoadSeg.Datasets.Files;
using RoadSeg.Datasets.Masks;
using RoadSeg.Datasets.Shapes;
using RoadSeg.Labels;

namespace RoadSeg.Datasets.Layouts;

/// <summary>Reads annotations.xml of any length, image by image.</summary>
/// <remarks>Format: https://docs.cvat.ai/docs/dataset_management/formats/format-cvat and the writer in cvat-ai/cvat,
/// cvat/apps/dataset_manager/formats/cvat.py.</remarks>
internal sealed class CvatImageReader(LayoutInput input)
{
    private const long MostOfTag = 64L << 20;

    private static readonly XmlReaderSettings Settings = new()
    {
        Async = true,
        DtdProcessing = DtdProcessing.Prohibit,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        IgnoreWhitespace = true,
        XmlResolver = null,
    };

    private readonly ImageFinder finder = new(input.Index);
    private readonly ShapeChains chains = new(input.Aside);
    private readonly Dictionary<string, (string List, string Id, (int, int)? Size, Split? Split, string Chain)> images = new(
        StringComparer.Ordinal
    );
    private readonly LeftOut leftOut = new();
    private bool filled;

    /// <summary>The labels of the shapes.</summary>
    public ShapeNames Names { get; } = new();

    /// <summary>The labels of the task, in its order.</summary>
    public List<(string Name, RgbColor? Color)> Listed { get; } = [];

    public IEnumerable<string> Notes =>
        filled ? ["Boxes and ellipses are drawn filled, as CVAT's own export of masks has them.", .. leftOut.Notes] : leftOut.Notes;

    public IEnumerable<SamplePair> Pairs(ShapeLabels labels) =>
        images.Select(image => new SamplePair(
            PersonalData.Strip(image.Key[..^Path.GetExtension(image.Key).Length]),
            null,
            image.Value.Split,
            image.Key,
            new ShapeMask(
                $"{image.Value.List}#{image.Value.Id}",
                image.Value.List,
                image.Value.Size,
                chains.Of(image.Value.Chain),
                input.Aside,
                labels
            )
        ));

    public async Task ReadAsync(string list, CancellationToken cancel)
    {
        var number = 0;
        try
        {
            await using var stream = new TagBoundStream(await input.OpenAsync(list, cancel), MostOfTag);
            using var reader = XmlReader.Create(stream, Settings);
            await reader.MoveToContentAsync();
            if (reader.LocalName != "annotations")
                throw new InvalidDataException($"it begins with <{Shown(reader.LocalName)}>, not with <annotations>.");
            if (reader.IsEmptyElement)
                throw new InvalidDataException("it holds no image.");
            var listed = new HashSet<string>(StringComparer.Ordinal);
            var tracks = 0;
            for (var more = await reader.ReadAsync(); more && reader.NodeType != XmlNodeType.EndElement; )
            {
                cancel.ThrowIfCancellationRequested();
                if (reader.NodeType == XmlNodeType.Element && reader.LocalName == "image")
                {
                    await ImageAsync(reader, list, ++number, listed);
                    more = await reader.ReadAsync();
                }
                else if (reader.NodeType == XmlNodeType.Element && reader.LocalName == "version")
                    Version(await reader.ReadElementContentAsStringAsync());
                else if (reader.NodeType == XmlNodeType.Element && reader.LocalName == "meta")
                {
                    using var meta = reader.ReadSubtree();
                    await LabelsAsync(meta, list, listed);
                    more = await reader.ReadAsync();
                }
                else
                {
                    tracks += reader.LocalName == "track" ? 1 : 0;
                    await reader.SkipAsync();
                    more = !reader.EOF;
                }
            }

            if (reader.EOF)
                throw new InvalidDataException("it is cut short.");
            if (number == 0)
                throw new InvalidDataException(
                    tracks > 0 ? "it holds tracks, the form of videos. Export it again as 'CVAT for images 1.1'." : "it holds no image."
                );
        }
        catch (Exception e) when (e is XmlException or InvalidDataException)
        {
            throw DatasetErrors.Invalid($"{list} is no XML of CVAT for images: {Said(e)}{JsonArrays.After(number, "image")}", e);
        }
    }

    private static string Said(Exception e) =>
        e is XmlException xml
            ? xml.LineNumber > 0
                ? $"it breaks the form of XML in line {xml.LineNumber:N0}, at character {xml.LinePosition:N0}."
                : "it is empty, or no XML of a kind that is read."
            : e.Message;

    private static void Version(string text)
    {
        if (text.Trim() is not ("1.0" or "1.1"))
            throw new InvalidDataException($"it is of version {DatasetErrors.Shown(text.Trim())}; 1.0 and 1.1 are read.");
    }

    // <label><name>road</name><color>#804080</color>...</label>, below a task, a job or a project.
    private async Task LabelsAsync(XmlReader meta, string list, HashSet<string> listed)
    {
        string? name = null,
            color = null;
        var number = 0;
        var inLabel = false;
        while (await meta.ReadAsync())
        {
            if (meta.LocalName == "label" && meta.NodeType == XmlNodeType.Element)
                (name, color, inLabel) = (null, null, !meta.IsEmptyElement);
            else if (meta.LocalName == "label" && meta.NodeType == XmlNodeType.EndElement)
            {
                number++;
                input.Record(list, $"Label number {number}", () =>
                {
                    var text = Nfc.Of(JsonMembers.Named((name ?? "").Trim()));
                    listed.Add(text);
                    if (!Listed.Exists(label => label.Name == text))
                        Listed.Add((text, RgbColor.TryParse(color ?? "", out var rgb) ? rgb : null));
                });
                inLabel = false;
            }
            else if (inLabel && meta.NodeType == XmlNodeType.Element && !meta.IsEmptyElement)
            {
                // Attributes of a label have names of their own, one level further down.
                var element = meta.LocalName;
                if (element is not ("name" or "color"))
                {
                    using var other = meta.ReadSubtree();
                    while (await other.ReadAsync()) { }
                }
                else if (await meta.ReadAsync() && meta.NodeType == XmlNodeType.Text)
                    (name, color) = element == "name" ? (meta.Value, color) : (name, meta.Value);
            }
        }
    }

    private async Task ImageAsync(XmlReader reader, string list, int number, HashSet<string> listed)
    {
        var id = reader.GetAttribute("id") is { Length: > 0 and < 20 } own ? own : null;
        var named = id is null ? $"Image number {number:N0}" : $"Image {id}";
        var chain = $"{list}#{number}";
        var taken = input.Record(list, named, () => Image(reader, list, id ?? $"number {number:N0}", chain), out _);
        if (reader.IsEmptyElement)
            return;
        using var inside = reader.ReadSubtree();
        await inside.ReadAsync();
        var shapes = 0;
        while (await inside.ReadAsync())
        {
            if (inside.Depth != 1 || inside.NodeType != XmlNodeType.Element || !taken)
                continue;
            shapes++;
            var record = $"{named}, {Shown(inside.LocalName)} number {shapes}";
            input.Record(list, record, () => Shape(inside, chain, record, listed));
        }
    }

    private void Image(XmlReader reader, string list, string id, string chain)
    {
        var name = Needed(reader, "name");
        var subset = reader.GetAttribute("subset");
        var size = reader.GetAttribute("width") is not null ? (Whole(reader, "width"), Whole(reader, "height")) : ((int, int)?)null;
        var folder = LayoutInput.FolderOf(list);
        var path = finder.Find(folder, subset is null ? name : $"{subset}/{name}", subset);
        input.Lists(path);
        if (path is null)
            input.Faults.Add(FaultKind.ListedFileMissing, name, $"{list} names it as image {id}.");
        else if (!images.TryAdd(path, (list, id, size, subset is null ? null : SplitWords.OfPath(subset), chain)))
            input.Faults.Add(FaultKind.IdentifierTwice, path, $"{list} has it a second time, as image {id}.");
    }

    private void Shape(XmlReader reader, string chain, string record, HashSet<string> listed)
    {
        var kind = reader.LocalName;
        if (kind is not ("polygon" or "mask" or "box" or "ellipse"))
        {
            leftOut.Add(kind);
            return;
        }

        if (reader.GetAttribute("outside") == "1")
            return;
        var label = Nfc.Of(Needed(reader, "label"));
        if (listed.Count > 0 && !listed.Contains(label))
            throw new InvalidDataException($"the label {DatasetErrors.Shown(label)} is not among those of its task.");
        var order = reader.GetAttribute("z_order") is null ? 0 : Whole(reader, "z_order");
        var key = Names.KeyOf(label);
        chains.Add(
            chain,
            kind == "mask"
                ? Mask(reader, key, order, record)
                : new OutlineShape(key, order, record, PointMeaning.Place, PointUnit.Pixels, [ShapePart.Of(Ring(reader, kind))])
        );
        filled |= kind is "box" or "ellipse";
    }

    private static double[] Ring(XmlReader reader, string kind)
    {
        if (kind == "polygon")
            return OutlineRing.Text(Needed(reader, "points"), ',', ';');
        var turned = reader.GetAttribute("rotation") is null ? 0 : Number(reader, "rotation");
        return kind == "box"
            ? Outlines.Box(Number(reader, "xtl"), Number(reader, "ytl"), Number(reader, "xbr"), Number(reader, "ybr"), turned)
            : Outlines.Ellipse(Number(reader, "cx"), Number(reader, "cy"), Number(reader, "rx"), Number(reader, "ry"), turned);
    }

    private static RunShape Mask(XmlReader reader, int key, int order, string record)
    {
        var (width, height) = RunCounts.Box(Whole(reader, "width"), Whole(reader, "height"));
        var (left, top) = (Whole(reader, "left"), Whole(reader, "top"));
        if (Math.Abs((long)left) > ShapeLimits.MaxCoordinate || Math.Abs((long)top) > ShapeLimits.MaxCoordinate)
            throw new InvalidDataException("its box lies far outside.");
        return new RunShape(
            key,
            order,
            record,
            left,
            top,
            width,
            height,
            OfPicture: false,
            ByColumn: false,
            RunCounts.Text(Needed(reader, "rle"), width, height)
        );
    }

    private static string Needed(XmlReader reader, string name) =>
        reader.GetAttribute(name) is { Length: > 0 } text ? text : throw new InvalidDataException($"it has no \"{name}\".");

    private static double Number(XmlReader reader, string name) => OutlineRing.Number(Needed(reader, name));

    private static int Whole(XmlReader reader, string name) =>
        int.TryParse(Needed(reader, name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new InvalidDataException($"\"{name}\" is no whole number of 32 bits.");

    private static string Shown(string name) => name.Length <= 30 ? name : name[..30] + "...";
}
