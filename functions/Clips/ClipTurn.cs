namespace RoadSeg.Functions.Clips;

/// <summary>One video at a time is read or written here: each takes the disk and the cores that photos need too.</summary>
internal sealed class ClipTurn : IDisposable
{
    private readonly SemaphoreSlim _free = new(1);

    /// <summary>Takes the turn, where it is free; null otherwise. Disposing gives it back.</summary>
    public IDisposable? TryTake() => _free.Wait(0) ? new Taken(_free) : null;

    public void Dispose() => _free.Dispose();

    private sealed class Taken(SemaphoreSlim free) : IDisposable
    {
        public void Dispose() => free.Release();
    }
}
