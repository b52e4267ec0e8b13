namespace RoadSeg.Functions.Datasets;

/// <summary>Work that takes much of the disk: one piece at a time, each in a folder of its own that goes with it.</summary>
internal sealed class OneAtATime(TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1);

    /// <param name="work">Is given the folder.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async Task<T> RunAsync<T>(Func<ScratchFolder, Task<T>> work, CancellationToken cancel)
    {
        await _one.WaitAsync(cancel);
        try
        {
            using var folder = new ScratchFolder(time);
            return await work(folder);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();
}
