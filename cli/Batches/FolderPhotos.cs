namespace RoadSeg.Cli.Batches;

/// <summary>The photos below a folder.</summary>
/// <param name="Names">Their names within it, with '/' between the parts, in their order.</param>
/// <param name="Closed">The folders that cannot be read, each with why.</param>
internal sealed record FolderPhotos(IReadOnlyList<string> Names, IReadOnlyList<string> Closed)
{
    private static readonly HashSet<string> Extensions = new(StringComparer.OrdinalIgnoreCase)
    {
        ".jpg",
        ".jpeg",
        ".png",
        ".webp",
        ".avif",
        ".tif",
        ".tiff",
        ".heic",
        ".heif",
    };

    // Hidden files are none: macOS puts one beside each photo. What cannot be read is said here and not passed over.
    private static readonly EnumerationOptions Shown = new() { IgnoreInaccessible = false };

    /// <summary>Looks below a folder.</summary>
    public static FolderPhotos Of(string folder)
    {
        var (names, closed, left) = (new List<string>(), new List<string>(), new Stack<DirectoryInfo>([new DirectoryInfo(folder)]));
        while (left.TryPop(out var next))
        {
            try
            {
                foreach (var entry in next.EnumerateFileSystemInfos("*", Shown))
                {
                    if (entry is DirectoryInfo below)
                        left.Push(below);
                    else if (Extensions.Contains(entry.Extension))
                        names.Add(Path.GetRelativePath(folder, entry.FullName).Replace(Path.DirectorySeparatorChar, '/'));
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                closed.Add($"{Path.GetRelativePath(folder, next.FullName)}: {e.Message}");
            }
        }

        names.Sort(StringComparer.Ordinal);
        return new FolderPhotos(names, closed);
    }
}
