namespace RoadSeg.Trainer.Data;

/// <summary>Where frames come from: the one place that knows which kinds of data sets there are. A folder with a curated set's manifest is
/// that; any other is in CamVid's layout.</summary>
internal static class DataSource
{
    public static bool HasSplit(string root, string split) =>
        CuratedFolder.IsIn(root) ? CuratedFolder.HasSplit(root, split) : CamVidFolder.HasSplit(root, split);

    /// <param name="root">What --data names.</param>
    /// <param name="split">train, val or test.</param>
    /// <param name="limit">Reads at most this many frames, evenly spread; 0 for all.</param>
    public static SegmentationSet Read(string root, string split, int limit = 0) =>
        CuratedFolder.IsIn(root) ? CuratedFolder.Read(root, split, limit) : CamVidFolder.Read(root, split, limit);
}
