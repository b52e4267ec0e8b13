using System.Runtime.CompilerServices;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using RoadSeg.Errors;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Datasets;

/// <summary>Data-set records in blob storage, one a name. The only writer of a data set's state.</summary>
public sealed class DatasetStore
{
    private readonly BlobContainerClient _curated;
    private readonly RecordStore<DatasetRecord, DatasetState> _records;
    private readonly TimeProvider _time;

    /// <summary>The store of one storage account.</summary>
    public DatasetStore(BlobServiceClient blobs, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(blobs);
        _curated = blobs.GetBlobContainerClient(Containers.Curated);
        _records = new RecordStore<DatasetRecord, DatasetState>(_curated, DatasetRecordJson.Default.DatasetRecord, time);
        _time = time;
    }

    /// <summary>Reads a record; null when there is no such set.</summary>
    public Task<Stored<DatasetRecord>?> FindAsync(string name, CancellationToken cancel) =>
        _records.FindAsync(BlobPaths.Dataset(name), cancel);

    /// <summary>Writes a first record.</summary>
    /// <returns>The new record; or, with Done false, the one that was there.</returns>
    public Task<Change<DatasetRecord>> CreateAsync(DatasetRecord record, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(record);
        return _records.CreateAsync(BlobPaths.Dataset(record.Name), record, cancel);
    }

    /// <summary>Moves a set to another state: see <see cref="RecordStore{T, TState}.TryMoveAsync"/>.</summary>
    public Task<Change<DatasetRecord>> TryMoveAsync(
        string name,
        DatasetState to,
        Func<DatasetRecord, DatasetRecord?> change,
        CancellationToken cancel
    ) => _records.TryMoveAsync(BlobPaths.Dataset(name), to, change, cancel);

    /// <summary>Ends a drop as failed: see <see cref="RecordStore{T, TState}.TryFailAsync"/>.</summary>
    public Task<Change<DatasetRecord>> TryFailAsync(
        string name,
        RoadSegException reason,
        Func<DatasetRecord, bool> guard,
        CancellationToken cancel
    ) => _records.TryFailAsync(BlobPaths.Dataset(name), reason, guard, cancel);

    /// <summary>Changes what a record says beside its state and times: see <see cref="RecordStore{T, TState}.AmendAsync"/>.</summary>
    public Task<Change<DatasetRecord>> AmendAsync(string name, Func<DatasetRecord, DatasetRecord?> change, CancellationToken cancel) =>
        _records.AmendAsync(BlobPaths.Dataset(name), change, cancel);

    /// <summary>Notes a version that was curated elsewhere and is stored whole. A drop that is being checked meanwhile goes on.</summary>
    public async Task<Stored<DatasetRecord>> AddVersionAsync(string name, string version, CancellationToken cancel)
    {
        while (true)
        {
            var moved = await TryMoveAsync(
                name,
                DatasetState.Ready,
                record => record.State == DatasetState.Checking ? null : record.With(version) with { Failure = null },
                cancel
            );
            var changed =
                moved is { Done: false, Document: not null }
                    ? await AmendAsync(name, record => record.State == DatasetState.Checking ? record.With(version) : null, cancel)
                : moved.Document is null ? await CreateAsync(First(name).With(version), cancel)
                : moved;
            if (changed is { Done: true, Document: { } document })
                return document;
        }
    }

    /// <summary>The names under which something lies, in order; not each of them has a record.</summary>
    public async IAsyncEnumerable<string> NamesAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var item in _curated.GetBlobsByHierarchyAsync(BlobTraits.None, BlobStates.None, "/", null, cancel))
        {
            if (item.IsPrefix && item.Prefix.TrimEnd('/') is var name && DatasetSpecJson.IsFolder(name))
                yield return name;
        }
    }

    private DatasetRecord First(string name) =>
        new()
        {
            Name = name,
            State = DatasetState.Ready,
            Drop = "",
            ReceivedAt = _time.GetUtcNow(),
            FinishedAt = _time.GetUtcNow(),
        };
}
