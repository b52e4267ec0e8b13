namespace RoadSeg.Datasets.Curation;

/// <summary>A split of a curated set.</summary>
/// <param name="Split">Which.</param>
/// <param name="Samples">Images.</param>
/// <param name="Groups">Drives or scenes; 0 where none are known.</param>
/// <param name="PixelCounts">Labelled pixels per class.</param>
/// <param name="PixelsOfImagesWith">Per class, labelled pixels of the images in which it appears.</param>
/// <param name="Shards">In order.</param>
public sealed record CuratedSplit(
    Split Split,
    long Samples,
    int Groups,
    IReadOnlyList<long> PixelCounts,
    IReadOnlyList<long> PixelsOfImagesWith,
    IReadOnlyList<CuratedShard> Shards
);
