using RoadSeg.Datasets;
using RoadSeg.Datasets.Curation;
using RoadSeg.Errors;

namespace RoadSeg.Trainer.Data;

/// <summary>A curated set (<c>roadseg dataset curate</c>): shards read whole, one after the other, in an order that the seed
/// decides.</summary>
internal static class CuratedFolder
{
    public static bool IsIn(string root) => Directory.Exists(root) && CuratedSet.IsIn(root);

    public static bool HasSplit(string root, string split) => Open(root).Find(Parse(split)) is not null;

    /// <param name="root">Folder with the set's manifest.</param>
    /// <param name="split">train, val or test.</param>
    /// <param name="limit">Reads at most this many frames, evenly spread; 0 for all.</param>
    public static SegmentationSet Read(string root, string split, int limit = 0)
    {
        var set = Open(root);
        var part = set.Find(Parse(split))
            ?? throw new TrainerException(
                $"The curated set {set.Manifest.Name} has no split '{split}': it has "
                    + $"{string.Join(", ", set.Manifest.Splits.Select(s => s.Split.ToString().ToLowerInvariant()))}. Curate it with a "
                    + $"share for '{split}'."
            );
        var frames = new CuratedFrames(set, part);
        if (limit <= 0 || frames.Count <= limit)
            return new SegmentationSet(split, set.Labels, frames, part.PixelCounts, part.PixelsOfImagesWith);

        // Few frames: in memory, and counted, since the manifest's counts are of all.
        return new SegmentationSet(
            split,
            set.Labels,
            [.. Enumerable.Range(0, limit).Select(i => frames[(int)((long)i * frames.Count / limit)])]
        );
    }

    private static CuratedSet Open(string root)
    {
        try
        {
            return CuratedSet.Open(root);
        }
        catch (RoadSegException e)
        {
            throw new TrainerException($"{root}: {e.Message}", e);
        }
    }

    private static Split Parse(string split) =>
        Enum.TryParse<Split>(split, ignoreCase: true, out var parsed)
            ? parsed
            : throw new TrainerException($"A split is train, val or test, not '{split}'.");
}
