namespace RoadSeg.Cli.Stack;

/// <summary>A folder for one run's storage, deleted with the run.</summary>
internal sealed class ScratchFolder : IDisposable
{
    public ScratchFolder(string purpose) => Path = Directory.CreateTempSubdirectory($"roadseg-{purpose}-").FullName;

    public string Path { get; }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
