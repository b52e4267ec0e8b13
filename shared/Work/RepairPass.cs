using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace RoadSeg.Work;

/// <summary>A pass of repairs over what is listed. All passes have this one policy: whatever is wrong with one item, also a record that
/// cannot be read, is logged and does not stop the others; the next pass tries again.</summary>
public static class RepairPass
{
    private const int AtOnce = 8;

    // A marker is written before its record; past this age a marker without one is what a dead process left.
    private static readonly TimeSpan RecordPatience = TimeSpan.FromMinutes(10);

    /// <summary>Looks at every item, several at once.</summary>
    /// <param name="items">A listing; when it fails itself, so does the pass.</param>
    /// <param name="look">Looks at one, and does what is to be done.</param>
    /// <param name="failed">Called with what went wrong with one.</param>
    /// <param name="cancel">Ends the pass.</param>
    public static Task RunAsync<T>(
        IAsyncEnumerable<T> items,
        Func<T, CancellationToken, Task> look,
        Action<T, Exception> failed,
        CancellationToken cancel
    ) =>
        Parallel.ForEachAsync(
            items,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel },
            async (item, stop) =>
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
            }
        );

    /// <summary>Looks at all live work that is not new. A marker without a record goes when it is old.</summary>
    /// <param name="active">The markers of <see cref="RecordStore{T, TState}"/>: the last part of each name is an id.</param>
    /// <param name="youngest">Age from which a marker is looked at.</param>
    /// <param name="now">The time.</param>
    /// <param name="due">False for an id that need not be looked at in this pass: its record is not read.</param>
    /// <param name="find">Reads the record of an id.</param>
    /// <param name="repair">Does what a lost message or a dead process left undone. Doing it twice changes nothing.</param>
    /// <param name="failed">Called with what went wrong with one, by its id.</param>
    /// <param name="cancel">Ends the pass.</param>
    public static Task RunAsync<T>(
        BlobContainerClient active,
        TimeSpan youngest,
        DateTimeOffset now,
        Func<WorkId, bool> due,
        Func<WorkId, CancellationToken, Task<Stored<T>?>> find,
        Func<Stored<T>, CancellationToken, Task> repair,
        Action<string, Exception> failed,
        CancellationToken cancel
    )
        where T : class
    {
        ArgumentNullException.ThrowIfNull(active);
        return RunAsync(
            active.GetBlobsAsync(BlobTraits.None, BlobStates.None, null, cancel),
            async (marker, stop) =>
            {
                var age = now - marker.Properties.LastModified!.Value;
                if (age < youngest || !WorkId.TryParse(Named(marker), out var id) || !due(id))
                    return;
                if (await find(id, stop) is { } record)
                    await repair(record, stop);
                else if (age > RecordPatience)
                    await active.DeleteBlobIfExistsAsync(marker.Name, cancellationToken: stop);
            },
            (marker, e) => failed(Named(marker), e),
            cancel
        );
    }

    private static string Named(BlobItem marker) => marker.Name[(marker.Name.LastIndexOf('/') + 1)..];
}
