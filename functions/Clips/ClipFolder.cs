namespace RoadSeg.Functions.Clips;

/// <summary>A folder of this machine for a video while it is read or written; it goes when it is disposed. What a process left that was
/// killed goes with the next one: it holds somebody's video.</summary>
internal sealed class ClipFolder : IDisposable
{
    private const string Prefix = "roadseg-clip-";

    // No step lasts as long: the host ends a function after ten minutes.
    private static readonly TimeSpan Left = TimeSpan.FromMinutes(15);

    private readonly DirectoryInfo _folder;

    public ClipFolder(TimeProvider time)
    {
        foreach (var left in new DirectoryInfo(Path.GetTempPath()).EnumerateDirectories(Prefix + "*"))
        {
            if (time.GetUtcNow() - left.LastWriteTimeUtc > Left)
                Delete(left);
        }

        _folder = Directory.CreateTempSubdirectory(Prefix);
    }

    /// <summary>Path of a file in it.</summary>
    public string this[string name] => Path.Combine(_folder.FullName, name);

    public void Dispose() => _folder.Delete(recursive: true);

    // Another process may be about to, or own it.
    private static void Delete(DirectoryInfo left)
    {
        try
        {
            left.Delete(recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { }
    }
}
