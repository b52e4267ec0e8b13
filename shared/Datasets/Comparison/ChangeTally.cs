using RoadSeg.Datasets.Curation;
using RoadSeg.Imaging;
using RoadSeg.Labels;

namespace RoadSeg.Datasets.Comparison;

/// <summary>Counts what changed in relabelled photos, and keeps the most changed ones to be shown.</summary>
/// <param name="before">Classes of the earlier version.</param>
/// <param name="after">Classes of the later version.</param>
/// <param name="shown">How many are kept.</param>
internal sealed class ChangeTally(LabelCatalogue before, LabelCatalogue after, int shown)
{
    private readonly Dictionary<(byte From, byte To), (long Pixels, int Photos)> _pairs = [];
    private readonly List<RelabelledPhoto> _photos = [];
    private readonly PriorityQueue<ChangedSample, long> _samples = new();

    // By name, for ids of either version: an id means another class in each.
    private readonly bool[,] _same = Sameness(before, after);

    /// <summary>Photos that were added.</summary>
    public int Count => _photos.Count;

    /// <summary>Counts one photo; one whose labels are the same at the later version's size is none.</summary>
    /// <param name="id">Its identifier in the later version.</param>
    /// <param name="earlier">It in the earlier version.</param>
    /// <param name="image">Its picture in the later version.</param>
    /// <param name="ids">Its class ids there.</param>
    public void Add(string id, CuratedSample earlier, RgbImage image, byte[] ids)
    {
        var was = AtSizeOf(image, earlier);
        var (changed, pixels) = (new bool[ids.Length], 0L);
        var counts = new Dictionary<(byte, byte), long>();
        for (var i = 0; i < ids.Length; i++)
        {
            if (_same[was[i], ids[i]])
                continue;
            changed[i] = true;
            pixels++;
            counts[(was[i], ids[i])] = counts.GetValueOrDefault((was[i], ids[i])) + 1;
        }

        if (pixels == 0)
            return;
        foreach (var (pair, count) in counts)
        {
            var known = _pairs.GetValueOrDefault(pair);
            _pairs[pair] = (known.Pixels + count, known.Photos + 1);
        }

        var photo = new RelabelledPhoto(id, pixels, ids.Length);
        _photos.Add(photo);
        _samples.Enqueue(new ChangedSample(photo, image, was, ids, changed), pixels);
        if (_samples.Count > shown)
            _samples.Dequeue();
    }

    /// <summary>All photos, the most changed first.</summary>
    public List<RelabelledPhoto> Photos() =>
        [.. _photos.OrderByDescending(photo => photo.ChangedPixels).ThenBy(photo => photo.Id, StringComparer.Ordinal)];

    /// <summary>Pairs of classes, the most pixels first.</summary>
    public List<ChangedPair> Pairs() =>
        [
            .. _pairs
                .Select(pair => new ChangedPair(
                    DatasetComparer.Named(before, pair.Key.From),
                    DatasetComparer.Named(after, pair.Key.To),
                    pair.Value.Pixels,
                    pair.Value.Photos
                ))
                .OrderByDescending(pair => pair.Pixels)
                .ThenBy(pair => pair.From, StringComparer.Ordinal)
                .ThenBy(pair => pair.To, StringComparer.Ordinal),
        ];

    /// <summary>The most changed photos, the first first.</summary>
    public List<ChangedSample> Samples() =>
        [
            .. _samples
                .UnorderedItems.Select(item => item.Element)
                .OrderByDescending(sample => sample.Photo.ChangedPixels)
                .ThenBy(sample => sample.Photo.Id, StringComparer.Ordinal),
        ];

    private static byte[] AtSizeOf(RgbImage image, CuratedSample earlier)
    {
        var (width, height) = (earlier.Image.Width, earlier.Image.Height);
        if ((width, height) == (image.Width, image.Height))
            return earlier.Ids;
        var (ids, columns) = (new byte[image.Width * image.Height], NearestCell.Line(width, image.Width));
        for (var y = 0; y < image.Height; y++)
        {
            var row = earlier.Ids.AsSpan(NearestCell.Of(y, height, image.Height) * width, width);
            for (var x = 0; x < image.Width; x++)
                ids[(y * image.Width) + x] = row[columns[x]];
        }

        return ids;
    }

    private static bool[,] Sameness(LabelCatalogue before, LabelCatalogue after)
    {
        var same = new bool[256, 256];
        for (var from = 0; from < 256; from++)
        {
            for (var to = 0; to < 256; to++)
                same[from, to] = DatasetComparer.Named(before, (byte)from) == DatasetComparer.Named(after, (byte)to);
        }

        return same;
    }
}
