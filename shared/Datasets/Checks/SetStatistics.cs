using System.Runtime.InteropServices;
using RoadSeg.Datasets.Mapping;
using RoadSeg.Datasets.Masks;

namespace RoadSeg.Datasets.Checks;

/// <summary>Counts over a whole set. Memory depends on classes, values, sizes and groups, not on images.</summary>
internal sealed class SetStatistics(LabelMap map)
{
    private const int MostSizes = 1000;
    private readonly Dictionary<int, (long Pixels, long Images)> values = [];
    private readonly Dictionary<(int, int), long> sizes = [];
    private readonly Dictionary<Split, SplitCounts> splits = [];

    public long Pixels { get; private set; }

    public long UnknownPixels { get; private set; }

    public IReadOnlyDictionary<Split, SplitCounts> Splits => splits;

    public long Usable => splits.Values.Sum(split => split.Images);

    public double UnknownShare => Pixels == 0 ? 0 : (double)UnknownPixels / Pixels;

    /// <summary>Counts the values of a mask, usable or not: a wrong label map makes every mask useless, and must still be distinguished
    /// from an empty set.</summary>
    public void AddValues(Sample sample)
    {
        Pixels += (long)sample.SourceWidth * sample.SourceHeight;
        UnknownPixels += sample.Scan.Unknown + sample.Scan.Ambiguous;
        foreach (var (key, pixels) in sample.Scan.Values)
        {
            var counted = values.Count < MaskScan.MostValues || values.ContainsKey(key) || map.TryGet(key, out _) ? key : MaskValues.More;
            ref var value = ref CollectionsMarshal.GetValueRefOrAddDefault(values, counted, out _);
            value = (value.Pixels + pixels, value.Images + 1);
        }
    }

    public void AddUsable(Sample sample)
    {
        var size = (sample.SourceWidth, sample.SourceHeight);
        CollectionsMarshal.GetValueRefOrAddDefault(sizes, sizes.Count < MostSizes || sizes.ContainsKey(size) ? size : (0, 0), out _)++;
        if (!splits.TryGetValue(sample.Split, out var split))
            splits[sample.Split] = split = new SplitCounts(map.Catalogue.Count);
        split.Add(sample);
    }

    public IReadOnlyList<SizeCount> Sizes =>
        [
            .. sizes
                .OrderByDescending(size => size.Value)
                .ThenBy(size => size.Key)
                .Select(size => new SizeCount(size.Key.Item1, size.Key.Item2, size.Value)),
        ];

    public IReadOnlyList<ValueCount> Values =>
        [
            .. values
                .OrderByDescending(value => value.Value.Pixels)
                .ThenBy(value => value.Key)
                .Select(value => new ValueCount(
                    MaskValues.Special(value.Key) ?? map.Text(value.Key),
                    map.NameOf(value.Key),
                    Meaning(value.Key),
                    value.Value.Pixels,
                    value.Value.Images
                )),
        ];

    public IReadOnlyList<ClassCount> Classes
    {
        get
        {
            var labelled = Math.Max(1, splits.Values.Sum(split => split.Pixels.Sum()));
            return
            [
                .. map.Catalogue.Classes.Select(label => new ClassCount(
                    label.Id,
                    label.Name,
                    label.Color,
                    splits.Values.Sum(split => split.Pixels[label.Id]),
                    (double)splits.Values.Sum(split => split.Pixels[label.Id]) / labelled,
                    splits.Values.Sum(split => split.ImagesWith[label.Id])
                )),
            ];
        }
    }

    private string Meaning(int key) =>
        map.TryGet(key, out var entry)
            ? entry!.ClassId is { } id
                ? map.Catalogue.Classes[id].Name
                : "ignore"
            : map.Ambiguous.ContainsKey(key)
                ? "ambiguous"
                : key == MaskValues.Overlap
                    ? "overlap"
                    : "unknown";
}

/// <summary>Counts of one split at the target size, which is what is trained on.</summary>
internal sealed class SplitCounts(int classes)
{
    private readonly HashSet<string> groups = new(StringComparer.Ordinal);

    public long Images { get; private set; }

    public int Groups => groups.Count;

    /// <summary>Labelled pixels per class.</summary>
    public long[] Pixels { get; } = new long[classes];

    /// <summary>Images per class.</summary>
    public long[] ImagesWith { get; } = new long[classes];

    /// <summary>Per class, labelled pixels of the images in which it appears.</summary>
    public long[] PixelsOfImagesWith { get; } = new long[classes];

    public void Add(Sample sample)
    {
        Images++;
        if (sample.Pair.Group is { } group)
            groups.Add(group);
        var counts = new long[256];
        foreach (var id in sample.Ids)
            counts[id]++;
        var labelled = counts.AsSpan(0, classes).ToArray().Sum();
        for (var c = 0; c < classes; c++)
        {
            Pixels[c] += counts[c];
            ImagesWith[c] += counts[c] > 0 ? 1 : 0;
            PixelsOfImagesWith[c] += counts[c] > 0 ? labelled : 0;
        }
    }
}
