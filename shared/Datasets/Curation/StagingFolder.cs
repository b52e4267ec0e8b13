namespace RoadSeg.Datasets.Curation;

/// <summary>A folder beside the wanted one, on the same disk: filled first, then moved. Gone when disposed.</summary>
internal sealed class StagingFolder : IDisposable
{
    public StagingFolder(string target)
    {
        Path = $"{System.IO.Path.TrimEndingDirectorySeparator(target)}.{Guid.NewGuid():N}.partial";
        Directory.CreateDirectory(Path);
    }

    public string Path { get; }

    /// <summary>Makes the folder appear under its name, whole. Where another writer was faster, its folder stays.</summary>
    public void MoveTo(string folder)
    {
        try
        {
            Directory.Move(Path, folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            // The name is the content's hash: what is there is the same.
        }
    }

    /// <summary>Moves some files into a folder, made if missing, replacing their namesakes.</summary>
    public void MoveFiles(string folder, IEnumerable<string> names)
    {
        Directory.CreateDirectory(folder);
        foreach (var name in names)
            File.Move(System.IO.Path.Combine(Path, name), System.IO.Path.Combine(folder, name), overwrite: true);
    }

    public void Dispose()
    {
        if (Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
    }
}
