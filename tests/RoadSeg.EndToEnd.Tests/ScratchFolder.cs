namespace RoadSeg.EndToEnd.Tests;

/// <summary>A folder that goes with its test.</summary>
internal sealed class ScratchFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("roadseg-test-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
