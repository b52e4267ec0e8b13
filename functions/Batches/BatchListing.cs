using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using RoadSeg.Batches;
using RoadSeg.Errors;
using RoadSeg.Functions.Jobs;
using RoadSeg.Jobs;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Batches;

/// <summary>The first steps of a batch: which photos it has. They are written down once, so that what is stored or deleted later changes
/// nothing of what the batch is.</summary>
internal sealed class BatchListing(BlobServiceClient blobs, BatchFiles files, JobList jobs, TimeProvider time)
{
    // As many as a listing gives at once, and few enough that a step is short.
    private const int Listed = 5000;
    private const int JobsListed = 100;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    private readonly BlobContainerClient _photos = blobs.GetBlobContainerClient(Containers.Batches);

    /// <summary>Lists on.</summary>
    /// <param name="batch">The batch; its list is whole where what is returned says running.</param>
    /// <param name="cancel">Stops between pages.</param>
    /// <exception cref="RoadSegException">batch-empty or batch-too-large.</exception>
    public async Task<BatchRecord> StepAsync(BatchRecord batch, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        for (var over = batch.Source.Names is not null; !over; )
        {
            var (items, next) = batch.Source.IsOfJobs ? await JobsAsync(batch, cancel) : await PhotosAsync(batch, cancel);
            if (batch.Total + items.Count > BatchItems.Most)
                throw new RoadSegException(
                    ErrorCodes.BatchTooLarge,
                    $"More than {BatchItems.Most} photos are listed, which is as many as a batch may have. Make several, by longer "
                        + "prefixes."
                );
            await StoreAsync(batch, items, cancel);
            batch = batch with { Total = batch.Total + items.Count, ListedTo = next };
            if (over = next is null)
                break;
            if (time.GetElapsedTime(began) > Longest)
                return batch;
        }

        return batch.Total > 0
            ? batch with
            {
                State = BatchState.Running,
            }
            : throw (
                batch.Source.IsOfJobs
                    ? new RoadSegException(
                        ErrorCodes.BatchEmpty,
                        "You have no job with all of these tags. GET /v1/jobs?tag=name:value shows which have one."
                    )
                    : Empty(batch.Source.Prefix!)
            );
    }

    /// <summary>The refusal of a prefix without photos.</summary>
    public static RoadSegException Empty(string prefix) =>
        new(ErrorCodes.BatchEmpty, $"No photo's name in container '{Containers.Batches}' begins with '{prefix}'. Upload the photos first.");

    /// <summary>The name of a photo within a batch: what follows the last folder of the prefix.</summary>
    public static string? NameOf(string path, string prefix) => SubmittedImage.Shown(path[(prefix.LastIndexOf('/') + 1)..]);

    // What lies in the last list already is written with what comes to it: a crash before the record counts it leaves a list that is
    // written again.
    private async Task StoreAsync(BatchRecord batch, IReadOnlyList<BatchItem> items, CancellationToken cancel)
    {
        var (list, before) = Math.DivRem(batch.Total, BatchItems.OfList);
        IEnumerable<BatchItem> begun = before == 0 ? [] : (await files.ListAsync(batch.Id, list, cancel)).Take(before);
        foreach (var chunk in begun.Concat(items).Chunk(BatchItems.OfList))
            await files.StoreListAsync(batch.Id, list++, chunk, cancel);
    }

    private async Task<(IReadOnlyList<BatchItem> Items, string? Next)> PhotosAsync(BatchRecord batch, CancellationToken cancel)
    {
        var prefix = batch.Source.Prefix!;
        await foreach (var page in _photos.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancel).AsPages(batch.ListedTo, Listed))
        {
            var photos = page
                .Values.Where(static blob => IsPhoto(blob.Name))
                .Select(blob => new BatchItem(
                    new JobSource(Containers.Batches, blob.Name, blob.Properties.ETag?.ToString().Trim('"'), NameOf(blob.Name, prefix))
                ));
            return ([.. photos], string.IsNullOrEmpty(page.ContinuationToken) ? null : page.ContinuationToken);
        }

        return ([], null);
    }

    private async Task<(IReadOnlyList<BatchItem> Items, string? Next)> JobsAsync(BatchRecord batch, CancellationToken cancel)
    {
        var search = new JobSearch { Tags = [.. batch.Source.Tags!], Until = batch.CreatedAt };
        var (found, next) = await jobs.PageAsync(batch.Caller, search, batch.ListedTo, JobsListed, cancel);
        return ([.. found.Select(static job => new BatchItem(Job: job.Id))], next);
    }

    // Descriptions, markers of folders, and what file managers leave.
    private static bool IsPhoto(string path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        return name.Length > 0 && name[0] != '.' && name != BatchDrop.FileName;
    }
}
