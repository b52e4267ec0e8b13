namespace RoadSeg.Tests;

/// <summary>A folder that goes with the test.</summary>
public sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("roadseg-test-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Writes a file and returns its path.</summary>
    public async Task<string> SaveAsync(string name, byte[] content)
    {
        await File.WriteAllBytesAsync(this[name], content, TestContext.Current.CancellationToken);
        return this[name];
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
