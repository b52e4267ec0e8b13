namespace RoadSeg.Functions.Datasets;

/// <summary>Work that takes much of the disk: one piece at a time, each in a temporary folder of its own that goes with it.</summary>
/// <param name="prefix">What the folders' names begin with.</param>
internal sealed class OneAtATime(string prefix) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1);

    /// <param name="work">Is given the folder.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async Task<T> RunAsync<T>(Func<string, Task<T>> work, CancellationToken cancel)
    {
        await _one.WaitAsync(cancel);
        try
        {
            var folder = Directory.CreateTempSubdirectory(prefix);
            try
            {
                return await work(folder.FullName);
            }
            finally
            {
                Delete(folder);
            }
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    // What was made of it counts all the same; the system clears its temporary files.
    private static void Delete(DirectoryInfo folder)
    {
        try
        {
            folder.Delete(recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { }
    }
}
