namespace RoadSeg.Functions.Datasets;

/// <summary>A folder below the temporary files, gone when disposed. What killed processes left there goes when the next one is
/// made.</summary>
internal sealed class ScratchFolder : IDisposable
{
    private static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);
    private static readonly string Parent = Path.Combine(Path.GetTempPath(), $"roadseg-ingest-{Environment.UserName}");

    private readonly DirectoryInfo _folder;

    public ScratchFolder(TimeProvider time)
    {
        Directory.CreateDirectory(Parent);
        foreach (
            var left in new DirectoryInfo(Parent).EnumerateDirectories().Where(left => time.GetUtcNow() - left.CreationTimeUtc > Abandoned)
        )
            Delete(left);
        _folder = Directory.CreateDirectory(Path.Combine(Parent, Guid.NewGuid().ToString("N")));
    }

    public string this[string name] => Path.Combine(_folder.FullName, name);

    public void Dispose() => Delete(_folder);

    private static void Delete(DirectoryInfo folder)
    {
        try
        {
            folder.Delete(recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another process removes it too, or still writes: whoever comes next removes it.
        }
    }
}
