using System.Text.Json.Serialization.Metadata;
using Azure.Storage.Blobs;
using RoadSeg.Errors;

namespace RoadSeg.Work;

/// <summary>The records of one kind of work in blob storage: the only writer of their state. Where records are many, an empty blob marks
/// each that has not ended, so that the repair lists what is live and nothing else.</summary>
/// <param name="records">Container of the records; not owned.</param>
/// <param name="form">How a record is written.</param>
/// <param name="time">Clock of the times that states are entered at.</param>
/// <param name="active">Container of the markers; not owned. Null where the records themselves are few enough to be listed.</param>
/// <param name="marker">Name of a record's marker; null where there are none.</param>
/// <param name="settle">What is left to do for a record that a move of this store ended, once it is written; null: nothing.</param>
public sealed class RecordStore<T, TState>(
    BlobContainerClient records,
    JsonTypeInfo<T> form,
    TimeProvider time,
    BlobContainerClient? active = null,
    Func<T, string>? marker = null,
    Func<T, CancellationToken, Task>? settle = null
)
    where T : class, IWorkRecord<T, TState>
    where TState : struct, Enum
{
    private static readonly BinaryData Nothing = BinaryData.FromBytes(ReadOnlyMemory<byte>.Empty);

    private readonly JsonBlobs<T> _records = new(records, form);

    /// <summary>Raised after this process wrote a record.</summary>
    public event Action<Stored<T>>? Written;

    /// <summary>Marks a record that is about to be written as live. The marker comes first: one without a record is swept away, a record
    /// without one would never be repaired.</summary>
    public async Task MarkAsync(T record, CancellationToken cancel)
    {
        if (MarkerOf(record) is { } blob)
            await blob.UploadAsync(Nothing, overwrite: true, cancel);
    }

    /// <summary>Takes away the marker of what has ended.</summary>
    public async Task UnmarkAsync(T record, CancellationToken cancel)
    {
        if (MarkerOf(record) is { } blob)
            await blob.DeleteIfExistsAsync(cancellationToken: cancel);
    }

    /// <summary>Writes a first record.</summary>
    /// <returns>The new record; or, with Done false, the one that was there.</returns>
    public async Task<Change<T>> CreateAsync(string path, T record, CancellationToken cancel) =>
        Notify(await _records.TryWriteAsync(path, record, null, cancel)) is { } created
            ? new Change<T>(true, created)
            : new Change<T>(false, await FindAsync(path, cancel));

    /// <summary>Reads a record; null when there is none.</summary>
    public Task<Stored<T>?> FindAsync(string path, CancellationToken cancel) => _records.FindAsync(path, cancel);

    /// <summary>Moves a record to another state, if it still stands where the caller thinks. Under ETag: of several callers at once, one
    /// moves it and the others see the state that it left.</summary>
    /// <param name="path">Blob name of the record.</param>
    /// <param name="to">The new state. Entry times and owner are kept by <see cref="IWorkRecord{T, TState}.Enter"/>.</param>
    /// <param name="change">Given the current record, returns the changed one, or null to leave it as it is: a late or doubled message
    /// changes nothing. May run more than once.</param>
    /// <param name="cancel">Stops between storage calls.</param>
    /// <param name="known">The record as last read, to save a read; a newer one is fetched when it has changed since.</param>
    /// <exception cref="InvalidOperationException">The move is none that may be.</exception>
    public async Task<Change<T>> TryMoveAsync(string path, TState to, Func<T, T?> change, CancellationToken cancel, Stored<T>? known = null)
    {
        ArgumentNullException.ThrowIfNull(change);
        var moved = await ChangeAsync(
            path,
            current =>
            {
                if (change(current) is not { } changed)
                    return null;
                if (!T.CanMove(current.State, to))
                    throw new InvalidOperationException($"{records.Name}/{path} cannot move from {current.State} to {to}.");
                return changed.Enter(to, time.GetUtcNow());
            },
            known,
            cancel
        );
        if (settle is not null && moved is { Done: true, Document.Value: var record } && T.HasEnded(record.State))
            await settle(record, cancel);
        return moved;
    }

    /// <summary>Ends a record as failed, unless it has ended already or the guard says that it is no longer the caller's.</summary>
    public Task<Change<T>> TryFailAsync(string path, RoadSegException reason, Func<T, bool> guard, CancellationToken cancel) =>
        TryMoveAsync(
            path,
            T.Failed,
            record => T.HasEnded(record.State) || !guard(record) ? null : record.FailedFor(WorkFailure.Of(reason)),
            cancel
        );

    /// <summary>Changes what a record says beside its state and times, under ETag.</summary>
    /// <param name="path">Blob name of the record.</param>
    /// <param name="change">As for <see cref="TryMoveAsync"/>.</param>
    /// <param name="cancel">Stops between storage calls.</param>
    public Task<Change<T>> AmendAsync(string path, Func<T, T?> change, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(change);
        return ChangeAsync(path, current => change(current)?.InStateOf(current), null, cancel);
    }

    private BlobClient? MarkerOf(T record) => marker is null ? null : active?.GetBlobClient(marker(record));

    private async Task<Change<T>> ChangeAsync(string path, Func<T, T?> change, Stored<T>? known, CancellationToken cancel)
    {
        var changed = await _records.ChangeAsync(path, change, cancel, known);
        if (changed.Done)
            Notify(changed.Document);
        return changed;
    }

    private Stored<T>? Notify(Stored<T>? written)
    {
        if (written is not null)
            Written?.Invoke(written);
        return written;
    }
}
