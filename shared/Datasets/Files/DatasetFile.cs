namespace RoadSeg.Datasets.Files;

/// <summary>A file of a data set.</summary>
/// <param name="Path">Path below the data set's root, '/' between folders.</param>
/// <param name="Bytes">Size.</param>
public readonly record struct DatasetFile(string Path, long Bytes)
{
    /// <summary>True for what Finder and Windows leave in every folder they show.</summary>
    internal bool IsClutter =>
        Path.StartsWith("__MACOSX/", StringComparison.Ordinal) || Path[(Path.LastIndexOf('/') + 1)..] is ['.', ..] or "Thumbs.db";
}
