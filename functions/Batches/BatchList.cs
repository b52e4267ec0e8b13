using Azure.Storage.Blobs;
using RoadSeg.Batches;
using RoadSeg.Errors;
using RoadSeg.Functions.Api;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Batches;

/// <summary>A caller's batches.</summary>
internal sealed class BatchList(BlobServiceClient blobs, BatchStore store, ILogger<BatchList> log)
{
    private readonly BlobContainerClient _runs = blobs.GetBlobContainerClient(Containers.BatchRuns);

    /// <summary>A page of records, newest first.</summary>
    /// <param name="caller">Whose.</param>
    /// <param name="after">Where the page before ended; null for the first.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancel">Stops between reads.</param>
    /// <exception cref="RoadSegException">request-invalid: <paramref name="after"/> is from no page.</exception>
    public async Task<(IReadOnlyList<BatchRecord> Batches, string? Next)> PageAsync(
        string caller,
        string? after,
        int limit,
        CancellationToken cancel
    )
    {
        var (names, next) = await _runs.PageAsync(BlobPaths.BatchesOf(WorkId.PartitionOf(caller)), after, limit, cancel);
        var found = await Task.WhenAll(
            names.Select(name =>
                IndexPages.ReadAsync(
                    name.Replace(BlobPaths.RecordSuffix, "", StringComparison.Ordinal),
                    id => store.FindAsync(id, cancel),
                    log
                )
            )
        );
        return ([.. found.Select(static batch => batch?.Value).OfType<BatchRecord>().Where(batch => batch.Caller == caller)], next);
    }

    /// <summary>The batch with the id in a path, if it is the caller's.</summary>
    /// <exception cref="RoadSegException">batch-not-found, for text that is no id and for another caller's batch too.</exception>
    public async Task<Stored<BatchRecord>> GetAsync(string caller, string id, CancellationToken cancel) =>
        WorkId.TryParse(id, out var parsed) && await store.FindAsync(parsed, cancel) is { } found && found.Value.Caller == caller
            ? found
            : throw new RoadSegException(
                ErrorCodes.BatchNotFound,
                "You have no batch of this id. Take the id from the answer to POST /v1/batches, or from GET /v1/batches."
            );
}
