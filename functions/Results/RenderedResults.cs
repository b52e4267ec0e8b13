using Microsoft.Extensions.Caching.Memory;

namespace RoadSeg.Functions.Results;

/// <summary>Pictures and documents that are made of results when they are asked for: each once for all who ask meanwhile, and kept for a
/// while for those who take it in ranges.</summary>
internal sealed class RenderedResults : IDisposable
{
    private const long MostBytes = 64 << 20;
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(2);

    private readonly MemoryCache _made = new(new MemoryCacheOptions { SizeLimit = MostBytes });
    private readonly Dictionary<string, Making> _making = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>What was made a moment ago, or is made now.</summary>
    /// <param name="key">The job, the attempt, the part and everything that shapes it.</param>
    /// <param name="make">Makes it. It is stopped when nobody waits any more.</param>
    /// <param name="cancel">Ends this caller's wait.</param>
    public async Task<byte[]> GetAsync(string key, Func<CancellationToken, Task<byte[]>> make, CancellationToken cancel)
    {
        Making making;
        lock (_gate)
        {
            if (_made.TryGetValue(key, out byte[]? made))
                return made!;
            if (!_making.TryGetValue(key, out making!) || making.Stop.IsCancellationRequested)
                _making[key] = making = new Making();
            making.Waiting++;
            making.Result ??= Task.Run(() => MakeAsync(key, making, make), CancellationToken.None);
        }

        try
        {
            return await making.Result.WaitAsync(cancel);
        }
        finally
        {
            lock (_gate)
            {
                if (--making.Waiting == 0)
                    making.Stop.Cancel();
            }
        }
    }

    /// <summary>The length in bytes of what was made a moment ago; null where it was not.</summary>
    public long? Length(string key) => _made.TryGetValue(key, out byte[]? made) ? made!.Length : null;

    public void Dispose() => _made.Dispose();

    private async Task<byte[]> MakeAsync(string key, Making making, Func<CancellationToken, Task<byte[]>> make)
    {
        try
        {
            var made = await make(making.Stop.Token);
            return _made.Set(key, made, new MemoryCacheEntryOptions { Size = made.Length, AbsoluteExpirationRelativeToNow = Kept });
        }
        finally
        {
            lock (_gate)
            {
                if (_making.GetValueOrDefault(key) == making)
                    _making.Remove(key);
            }
        }
    }

    // Its source of cancellation has no timer and no link: nothing is lost by not disposing it.
    private sealed class Making
    {
        public int Waiting { get; set; }

        public Task<byte[]>? Result { get; set; }

        public CancellationTokenSource Stop { get; } = new();
    }
}
