using System.IO.Hashing;
using System.Text;
using RoadSeg.Labels;

namespace RoadSeg.Trainer.Data;

/// <summary>The frames of one split: decoded once and held in memory, or read in packed form as they are used.</summary>
internal sealed class SegmentationSet
{
    /// <param name="frames">Their pixels are counted here.</param>
    public SegmentationSet(string name, LabelCatalogue labels, IReadOnlyList<Frame> frames)
        : this(name, labels, frames, new long[labels.Count], new long[labels.Count])
    {
        foreach (var frame in frames)
            Count(frame);
    }

    /// <param name="pixelCounts">Of all frames, as <see cref="PixelCounts"/>.</param>
    /// <param name="pixelsOfImagesWith">Of all frames, as <see cref="PixelsOfImagesWith"/>.</param>
    public SegmentationSet(
        string name,
        LabelCatalogue labels,
        IReadOnlyList<Frame> frames,
        IReadOnlyList<long> pixelCounts,
        IReadOnlyList<long> pixelsOfImagesWith
    )
    {
        (Name, Labels, Frames) = (name, labels, frames);
        (PixelCounts, PixelsOfImagesWith) = ([.. pixelCounts], [.. pixelsOfImagesWith]);
    }

    public string Name { get; }

    public LabelCatalogue Labels { get; }

    public IReadOnlyList<Frame> Frames { get; }

    /// <summary>Labelled pixels per class.</summary>
    public long[] PixelCounts { get; }

    /// <summary>Per class, labelled pixels of the images in which the class appears.</summary>
    public long[] PixelsOfImagesWith { get; }

    /// <summary>Value of unlabelled pixels; 255 where the catalogue names none.</summary>
    public int IgnoreId => Labels.IgnoreId ?? 255;

    /// <summary>A hash of all that is learned from: names, sizes, pixels and masks.</summary>
    public string Fingerprint()
    {
        var hash = new XxHash128();
        Add($"{string.Join(' ', Labels.Classes.Select(label => label.Name))} {IgnoreId} {string.Join(' ', PixelCounts)}");
        if (Frames is CuratedFrames curated)
            Add(curated.Fingerprint);
        else
            foreach (var frame in Frames)
            {
                Add($"{frame.Name} {frame.Image.Width} {frame.Image.Height}");
                hash.Append(frame.Image.Pixels);
                hash.Append(frame.Mask);
            }

        return Convert.ToHexStringLower(hash.GetCurrentHash());

        void Add(string text) => hash.Append(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Indices of all frames for an epoch: by lot, or as frames that lie in shards are best read.</summary>
    public int[] Order(SeededRandom random)
    {
        if (Frames is CuratedFrames curated)
            return curated.Order(random);
        var order = Enumerable.Range(0, Frames.Count).ToArray();
        random.Shuffle(order);
        return order;
    }

    /// <summary>By class id, whether it has at most this share of the labelled pixels, and any.</summary>
    public bool[] RareClasses(double share)
    {
        var most = share * PixelCounts.Sum();
        return [.. PixelCounts.Select(pixels => pixels > 0 && pixels <= most)];
    }

    private void Count(Frame frame)
    {
        var histogram = new long[256];
        foreach (var id in frame.Mask)
            histogram[id]++;
        for (var id = 0; id < 256; id++)
        {
            if (histogram[id] > 0 && id >= Labels.Count && id != IgnoreId)
                throw new TrainerException(
                    $"The mask of {frame.Name} holds id {id} on {histogram[id]} pixels, which is neither a class (0-{Labels.Count - 1}) "
                        + $"nor the ignore id {IgnoreId}. Mend the mask or the label file."
                );
        }

        var labelled = histogram.AsSpan(0, Labels.Count).ToArray().Sum();
        for (var c = 0; c < Labels.Count; c++)
        {
            PixelCounts[c] += histogram[c];
            PixelsOfImagesWith[c] += histogram[c] > 0 ? labelled : 0;
        }
    }
}
