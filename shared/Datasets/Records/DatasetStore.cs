using System.Runtime.CompilerServices;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Datasets;

/// <summary>Data-set records in blob storage, one a name. The only writer of a data set's state.</summary>
public sealed class DatasetStore
{
    private readonly BlobContainerClient _curated;
    private readonly JsonBlobs<DatasetRecord> _records;

    /// <summary>The store of one storage account.</summary>
    public DatasetStore(BlobServiceClient blobs)
    {
        ArgumentNullException.ThrowIfNull(blobs);
        _curated = blobs.GetBlobContainerClient(Containers.Curated);
        _records = new JsonBlobs<DatasetRecord>(_curated, DatasetRecordJson.Default.DatasetRecord);
    }

    /// <summary>Reads a record; null when there is no such set.</summary>
    public Task<Stored<DatasetRecord>?> FindAsync(string name, CancellationToken cancel) =>
        _records.FindAsync(BlobPaths.Dataset(name), cancel);

    /// <summary>Writes a first record; null when there is one already.</summary>
    public Task<Stored<DatasetRecord>?> TryCreateAsync(DatasetRecord record, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(record);
        return _records.TryWriteAsync(BlobPaths.Dataset(record.Name), record, null, cancel);
    }

    /// <summary>Changes a record under ETag.</summary>
    /// <param name="name">The set.</param>
    /// <param name="change">Given the current record, returns the changed one, or null to leave it as it is. May run more than
    /// once.</param>
    /// <param name="cancel">Stops between storage calls.</param>
    public Task<Change<DatasetRecord>> ChangeAsync(string name, Func<DatasetRecord, DatasetRecord?> change, CancellationToken cancel) =>
        _records.ChangeAsync(BlobPaths.Dataset(name), change, cancel);

    /// <summary>Notes a version that was curated elsewhere and is stored whole. A drop that is being checked meanwhile goes on.</summary>
    public async Task<Stored<DatasetRecord>> AddVersionAsync(string name, string version, DateTimeOffset now, CancellationToken cancel)
    {
        while (true)
        {
            var changed = await ChangeAsync(
                name,
                record =>
                    record.State == DatasetState.Checking
                        ? record.With(version)
                        : record.With(version) with
                        {
                            State = DatasetState.Ready,
                            FinishedAt = now,
                            Failure = null,
                        },
                cancel
            );
            if (changed.Document is { } document)
                return document;
            var first = new DatasetRecord
            {
                Name = name,
                State = DatasetState.Ready,
                Drop = "",
                ReceivedAt = now,
                FinishedAt = now,
            };
            if (await TryCreateAsync(first.With(version), cancel) is { } created)
                return created;
        }
    }

    /// <summary>The names under which something lies, in order; not each of them has a record.</summary>
    public async IAsyncEnumerable<string> NamesAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var item in _curated.GetBlobsByHierarchyAsync(BlobTraits.None, BlobStates.None, "/", null, cancel))
        {
            if (item.IsPrefix && item.Prefix.TrimEnd('/') is var name && DatasetSpecJson.IsName(name))
                yield return name;
        }
    }
}
