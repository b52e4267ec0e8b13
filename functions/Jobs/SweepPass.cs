namespace RoadSeg.Functions.Jobs;

/// <summary>A pass of a sweep over what is listed. All sweeps have this one policy: whatever is wrong with one item, also a record that cannot
/// be read, is told and keeps no other from its turn; the next pass tries again.</summary>
internal static class SweepPass
{
    private const int AtOnce = 8;

    /// <summary>Looks at every item, several at once.</summary>
    /// <param name="items">A listing; when it fails itself, so does the pass.</param>
    /// <param name="look">Looks at one, and does what is to be done.</param>
    /// <param name="failed">Told of what went wrong with one.</param>
    /// <param name="cancel">Ends the pass.</param>
    public static Task RunAsync<T>(
        IAsyncEnumerable<T> items, Func<T, CancellationToken, Task> look, Action<T, Exception> failed, CancellationToken cancel) =>
        Parallel.ForEachAsync(items, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel }, async (item, stop) =>
        {
            try
            {
                await look(item, stop);
            }
#pragma warning disable CA1031 // See above.
            catch (Exception e) when (!stop.IsCancellationRequested)
#pragma warning restore CA1031
            {
                failed(item, e);
            }
        });
}
