using RoadSeg.Datasets.Files;
using RoadSeg.Datasets.Mapping;
using RoadSeg.Datasets.Masks;
using RoadSeg.Labels;

namespace RoadSeg.Datasets.Layouts;

/// <summary>Pascal VOC: SegmentationClass in the palette of VOC, 255 along the borders of objects and for what is hard to tell. Pairs go by
/// the masks: most of JPEGImages is of other tasks.</summary>
internal sealed class Voc()
    : Layout(
        "voc",
        "Pascal VOC: SegmentationClass/x.png (palette indices, 255 unlabelled) beside JPEGImages/x.jpg, divided by "
            + "ImageSets/Segmentation; 20 classes and background, or class_names.txt"
    )
{
    // In the order of their ids; the VOC2012 development kit.
    private static readonly string[] Classes =
    [
        "background",
        "aeroplane",
        "bicycle",
        "bird",
        "boat",
        "bottle",
        "bus",
        "car",
        "cat",
        "chair",
        "cow",
        "diningtable",
        "dog",
        "horse",
        "motorbike",
        "person",
        "pottedplant",
        "sheep",
        "sofa",
        "train",
        "tvmonitor",
    ];

    private const int Void = 255;

    // Black is what has no label here; no class of VOC's has this grey.
    private static readonly RgbColor Background = new(32, 32, 32);

    public override async Task<LayoutResult> ReadAsync(LayoutInput input, CancellationToken cancel)
    {
        var (image, mask) = (
            new PathPattern("JPEGImages/{id}.{ext}", anywhere: true),
            new PathPattern("SegmentationClass/{id}.png", anywhere: true)
        );
        var masks = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var images = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in input.Index.Paths)
        {
            if (mask.Match(path) is { } labelled)
                Take(masks, labelled.Groups["id"].Value, path);
            else if (image.Match(path) is { } picture)
                Take(images, picture.Groups["id"].Value, path);
        }

        if (masks.Count == 0)
            throw DatasetErrors.Invalid($"No mask lies where the layout '{Name}' has them: {mask.Text}.");
        var labels = await LabelsAsync(input, cancel);
        var splits = await SplitsAsync(input, masks, cancel);
        var pairs = new List<SamplePair>();
        foreach (var (id, path) in masks)
        {
            if (images.Remove(id, out var picture))
                pairs.Add(
                    new SamplePair(
                        PersonalData.Strip(id),
                        null,
                        splits.TryGetValue(id, out var split) ? split : null,
                        picture,
                        new MaskFile(path)
                    )
                );
            else
                input.Faults.Add(FaultKind.MaskWithoutImage, path, "No image has its identifier.");
        }

        return new LayoutResult(
            pairs,
            LabelMapBuilder.Build(input.Spec.Labels, labels),
            images.Count == 0
                ? []
                : [$"Left out: {images.Count:N0} images without a mask, such as {images.Values.Order(StringComparer.Ordinal).First()}."]
        );

        void Take(IDictionary<string, string> into, string id, string path)
        {
            if (!into.TryAdd(id, path))
                input.Faults.Add(FaultKind.IdentifierTwice, path, $"Has the identifier of {into[id]}.");
        }
    }

    private static async Task<SourceLabels> LabelsAsync(LayoutInput input, CancellationToken cancel)
    {
        var names = Classes.Select((name, id) => (Id: id, Name: name)).ToList();
        if (await input.ListAsync("class_names.txt", cancel) is { } text)
        {
            // The line is the id, read or not. Labelme's converter calls the first _background_.
            names.Clear();
            input.Lines("class_names.txt", text, (number, line) =>
                names.Add(
                    number <= Void
                        ? (number - 1, line == "_background_" ? "background" : line)
                        : throw new InvalidDataException($"a palette holds {Void} classes and the unlabelled.")
                )
            );
            if (names.Count == 0)
                throw DatasetErrors.Invalid("class_names.txt names no class.");
        }

        // Of pictures without a palette the colours of VOC's say the same.
        var encoding = input.Spec.Labels?.Encoding ?? MaskEncoding.Id;
        return SourceLabels.OwnClasses(
            encoding,
            [
                .. names.Select(name =>
                    (Key(name.Id), name.Name, (RgbColor?)(name.Id == 0 ? Background : ClassColors.Voc(name.Id)), false)
                ),
                (Key(Void), "void", null, true),
            ]
        );

        int Key(int id) => encoding == MaskEncoding.Id ? id : LabelMap.Pack(ClassColors.Voc(id));
    }

    private static async Task<Dictionary<string, Split>> SplitsAsync(
        LayoutInput input,
        SortedDictionary<string, string> masks,
        CancellationToken cancel
    )
    {
        var splits = new Dictionary<string, Split>(StringComparer.Ordinal);
        foreach (var list in input.Index.Paths.Where(path => path.Split('/') is [.., "ImageSets", "Segmentation", _]))
        {
            if (SplitWords.Of(Path.GetFileNameWithoutExtension(list)) is not { } split)
                continue;
            await foreach (var (path, bytes) in input.EachAsync([list], cancel))
                input.Lines(path, bytes, (number, line) =>
                {
                    var id = Nfc.Of(line);
                    if (!masks.ContainsKey(id))
                        input.Faults.Add(FaultKind.ListedFileMissing, id, $"{path} names it in line {number}, and it has no mask.");
                    else if (!splits.TryAdd(id, split) && splits[id] != split)
                        throw new InvalidDataException(
                            $"{DatasetErrors.Shown(id)} is in {splits[id].ToString().ToLowerInvariant()} already."
                        );
                });
        }

        return splits;
    }
}
