using System.Diagnostics;

namespace RoadSeg.Tests;

/// <summary>Waits for something that is going to be true; the limit only ends a test that would never end.</summary>
public static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static async Task<T> GetAsync<T>(Func<Task<T?>> read, string what)
        where T : class
    {
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < Limit; await Task.Delay(20))
            if (await read() is { } value) return value;
        throw new TimeoutException($"Waited {Limit} for {what}.");
    }

    public static Task TrueAsync(Func<bool> condition, string what) => TrueAsync(() => Task.FromResult(condition()), what);

    public static async Task TrueAsync(Func<Task<bool>> condition, string what) => await GetAsync(async () => await condition() ? "" : null, what);
}
