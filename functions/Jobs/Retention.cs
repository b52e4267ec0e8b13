using Azure.Storage.Blobs;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Jobs;

/// <summary>Timer: deletes what is older than it is kept. On Azure a lifecycle rule may do the same.</summary>
internal sealed class Retention(BlobServiceClient blobs, JobOptions options, TimeProvider time, ILogger<Retention> log)
{
    private const int AtOnce = 8;

    public async Task RunAsync(CancellationToken cancel)
    {
        foreach (var (container, keep) in new[]
        {
            (Containers.Uploads, options.KeepUploads),
            (Containers.Submitted, options.KeepUploads),
            (Containers.Work, options.Deadline + options.Lease),

            // The record outlives what it names, so that a deleted result is "gone" and not "unknown".
            (Containers.Results, options.KeepResults),
            (Containers.IdempotencyKeys, options.KeepResults + TimeSpan.FromDays(1)),
            (Containers.JobsIndex, options.KeepResults + TimeSpan.FromDays(1)),
            (Containers.Jobs, options.KeepResults + TimeSpan.FromDays(1)),
            (Containers.Trainings, options.KeepTrainings),
        })
        {
            var deleted = await DeleteAsync(blobs.GetBlobContainerClient(container), time.GetUtcNow() - keep, cancel);
            if (deleted > 0)
                Log.BlobsDeleted(log, deleted, container);
        }
    }

    private static async Task<int> DeleteAsync(BlobContainerClient container, DateTimeOffset before, CancellationToken cancel)
    {
        var deleted = 0;
        await Parallel.ForEachAsync(container.GetBlobsAsync(cancellationToken: cancel), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel }, async (blob, stop) =>
        {
            if (blob.Properties.LastModified < before && await container.DeleteBlobIfExistsAsync(blob.Name, cancellationToken: stop))
                Interlocked.Increment(ref deleted);
        });
        return deleted;
    }
}
