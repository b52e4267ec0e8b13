using RoadSeg.Datasets.Mapping;

namespace RoadSeg.Datasets.Layouts;

/// <summary>CVAT's "Segmentation mask 1.1": VOC's folders, labels and colours in labelmap.txt.</summary>
internal static class Cvat
{
    public static Layout Layout { get; } =
        new PatternLayout(
            "cvat-mask",
            "CVAT segmentation mask 1.1: SegmentationClass/x.png in the colours of labelmap.txt beside JPEGImages/x.jpg or images/x.jpg",
            [
                new("JPEGImages/**/{id}.{ext}", "SegmentationClass/**/{id}.png"),
                new("images/**/{id}.{ext}", "SegmentationClass/**/{id}.png"),
            ],
            LabelsAsync
        );

    // "# label:color_rgb:parts:actions", then "name:R,G,B::". Black is the background that nobody drew on.
    private static async Task<SourceLabels?> LabelsAsync(LayoutInput input, CancellationToken cancel)
    {
        if (await input.ListAsync("labelmap.txt", cancel) is not { } text)
            throw DatasetErrors.Invalid(
                "labelmap.txt is missing: without it the colours have no names. Export again as 'Segmentation mask 1.1'."
            );
        var labels = new List<(int, string, Labels.RgbColor?, bool)>();
        input.Lines("labelmap.txt", text, (_, line) =>
        {
            if (line.StartsWith('#'))
                return;
            var parts = line.Split(':');
            if (parts.Length < 2 || parts[1].Split(',') is not { Length: 3 } rgb || CamVid.Label(parts[0], rgb) is not { } label)
                throw new InvalidDataException($"{DatasetErrors.Shown(line)} is not name:R,G,B:parts:actions.");
            labels.Add((label.Key, label.Name, LabelMap.Packed(label.Key), label.Key == 0));
        });

        return SourceLabels.OwnClasses(MaskEncoding.Color, labels);
    }
}
