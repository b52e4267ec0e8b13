using System.Collections;
using System.Diagnostics;

namespace RoadSeg.Tests;

/// <summary>Waits for something that is going to be true; the limit only ends a test that would never end.</summary>
public static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>What is read as soon as it is as wanted.</summary>
    /// <param name="read">Looks; null while there is nothing.</param>
    /// <param name="what">What is waited for, to follow "Waited for".</param>
    /// <param name="wanted">Null: anything.</param>
    /// <param name="limit">Null: a minute.</param>
    public static async Task<T> GetAsync<T>(Func<Task<T?>> read, string what, Func<T, bool>? wanted = null, TimeSpan? limit = null)
        where T : class
    {
        T? last = null;
        var watch = Stopwatch.StartNew();
        for (var pause = 1; watch.Elapsed < (limit ?? Limit); pause = Math.Min(2 * pause, 20))
        {
            last = await read();
            if (last is not null && wanted?.Invoke(last) != false)
                return last;
            await Task.Delay(pause, TestContext.Current.CancellationToken);
        }

        var shown = last is IEnumerable many and not string ? string.Join(", ", many.Cast<object>()) : $"{last}";
        throw new TimeoutException($"Waited for {what} {limit ?? Limit}; the last was: {shown}");
    }

    public static Task TrueAsync(Func<bool> condition, string what, TimeSpan? limit = null) =>
        TrueAsync(() => Task.FromResult(condition()), what, limit);

    public static Task TrueAsync(Func<Task<bool>> condition, string what, TimeSpan? limit = null) =>
        GetAsync(async () => await condition() ? "" : null, what, limit: limit);
}
