namespace RoadSeg.LocalHost.Http;

/// <summary><c>maxConcurrentRequests</c> run, up to <c>maxOutstandingRequests</c> run or wait; -1 is unbounded.</summary>
internal sealed class RequestThrottle(int maxOutstanding, int maxConcurrent)
{
    private readonly SemaphoreSlim? _running = maxConcurrent > 0 ? new SemaphoreSlim(maxConcurrent) : null;
    private int _outstanding;

    /// <summary>False if the request is one too many.</summary>
    public async Task<bool> EnterAsync(CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref _outstanding) > maxOutstanding && maxOutstanding >= 0)
        {
            Interlocked.Decrement(ref _outstanding);
            return false;
        }
        try
        {
            if (_running is not null) await _running.WaitAsync(cancellation);
            return true;
        }
        catch (OperationCanceledException)
        {
            Interlocked.Decrement(ref _outstanding);
            throw;
        }
    }

    public void Leave()
    {
        _running?.Release();
        Interlocked.Decrement(ref _outstanding);
    }
}
