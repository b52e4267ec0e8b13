namespace RoadSeg.EndToEnd.Tests;

/// <summary>A folder that goes with its test.</summary>
internal sealed class ScratchFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("roadseg-test-").FullName;

    /// <summary>Writes a file and returns its path.</summary>
    public async Task<string> SaveAsync(string name, byte[] content)
    {
        var path = System.IO.Path.Combine(Path, name);
        await File.WriteAllBytesAsync(path, content, TestContext.Current.CancellationToken);
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
