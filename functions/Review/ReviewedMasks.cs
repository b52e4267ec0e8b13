using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using RoadSeg.Errors;
using RoadSeg.Functions.Fairness;
using RoadSeg.Functions.Results;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Review;

/// <summary>The masks that persons made of results: each lies beside its result, and the job's record says which one counts.</summary>
internal sealed class ReviewedMasks(
    BlobServiceClient blobs,
    JobStore jobs,
    ResultReader results,
    PhotoSlots slots,
    ImageLimits limits,
    TimeProvider time,
    ILogger<ReviewedMasks> log
)
{
    // Bytes a pixel that taking one holds: what was sent, the model's own, and the file that is made of it.
    private const int Holds = 3;

    private readonly BlobContainerClient _results = blobs.GetBlobContainerClient(Containers.Results);

    /// <summary>Stores a mask as the job's reviewed one.</summary>
    /// <param name="job">A succeeded job of its caller.</param>
    /// <param name="png">The file.</param>
    /// <param name="by">Who made it.</param>
    /// <param name="expected">Whether the one that counts now is the one that the sender knows. The same mask of the same person counts as
    /// saved: the answer to a first try may have been lost.</param>
    /// <param name="cancel">Stops until the record says it.</param>
    /// <exception cref="RoadSegException">mask-invalid, review-changed, result-gone, job-not-found, too-many-requests, or an image code
    /// for what is no mask. Nothing is changed then.</exception>
    public async Task<Stored<JobRecord>> SaveAsync(
        JobRecord job,
        ReadOnlyMemory<byte> png,
        string by,
        Func<JobReview?, bool> expected,
        CancellationToken cancel
    )
    {
        ReviewedMask.RequireSize(png.Span, job.Image!, limits);
        var (review, file) = await TakeAsync(job, png, by, cancel);
        if (!expected(job.Review) && !ReviewedMask.IsSame(job.Review, review))
            throw Changed(job.Review);

        // Checkpoint 1: the mask is stored, and nothing names it. A crash before checkpoint 2 leaves it to retention.
        await Blob(job.Id, review.Version)
            .UploadAsync(
                BinaryData.FromBytes(file),
                new BlobUploadOptions { HttpHeaders = new BlobHttpHeaders { ContentType = "image/png" } },
                cancel
            );
        JobReview? before = null;
        var saved = await jobs.AmendAsync(
            job.Id,
            record =>
            {
                before = record.Review;
                if (ReviewedMask.IsSame(before, review))
                    return null;
                return record is { State: JobState.Succeeded, ErasedAt: null } && expected(before) ? record with { Review = review } : null;
            },
            cancel
        );
        if (!saved.Done)
        {
            // A write whose answer was lost may have named it all the same.
            if (saved.Document?.Value.Review?.Version != review.Version)
                await DeleteAsync(job.Id, review);
            return saved.Document is { Value: { ErasedAt: null } now } && ReviewedMask.IsSame(now.Review, review)
                ? saved.Document
                : throw Refusal(saved.Document);
        }

        // Checkpoint 2: it counts. The one before is nobody's from here on; retention deletes what a crash leaves.
        await DeleteAsync(job.Id, before);
        return saved.Document!;
    }

    /// <summary>Takes the reviewed mask back: the model's own counts again. Doing it twice is no error.</summary>
    /// <exception cref="RoadSegException">review-changed or job-not-found.</exception>
    public async Task RemoveAsync(JobRecord job, Func<JobReview?, bool> expected, CancellationToken cancel)
    {
        JobReview? before = null;
        var removed = await jobs.AmendAsync(
            job.Id,
            record =>
            {
                before = record.Review;
                return record.ErasedAt is null && before is not null && expected(before) ? record with { Review = null } : null;
            },
            cancel
        );
        if (removed.Done)
            await DeleteAsync(job.Id, before);
        else if (removed.Document is not { Value: { ErasedAt: null, Review: null } })
            throw Refusal(removed.Document);
    }

    /// <summary>The reviewed mask's file: an 8-bit palette PNG as the model's own, 255 for unknown; null where nobody has reviewed it, or
    /// it is no longer kept.</summary>
    /// <returns>The file, and the version that it is: another than the record's where somebody saved since that was read.</returns>
    public async Task<(ReadOnlyMemory<byte> Png, JobReview Review)?> FindAsync(JobRecord job, CancellationToken cancel)
    {
        if (await ReadAsync(job, cancel) is { } found)
            return found;
        var now = job.Review is null ? null : (await jobs.FindAsync(job.Id, cancel))?.Value;
        return now?.Review is { } newer && newer.Version != job.Review!.Version ? await ReadAsync(now, cancel) : null;
    }

    private async Task<(ReadOnlyMemory<byte> Png, JobReview Review)?> ReadAsync(JobRecord job, CancellationToken cancel)
    {
        if (job.Review is not { } review)
            return null;
        try
        {
            return ((await Blob(job.Id, review.Version).DownloadContentAsync(cancel)).Value.Content.ToMemory(), review);
        }
        catch (RequestFailedException e) when (e.Status == StatusCodes.Status404NotFound)
        {
            return null;
        }
    }

    private async Task<(JobReview Review, byte[] File)> TakeAsync(
        JobRecord job,
        ReadOnlyMemory<byte> png,
        string by,
        CancellationToken cancel
    )
    {
        var (width, height) = (job.Image!.Width, job.Image.Height);
        var labels = (await results.SummaryAsync(job, cancel)).Catalogue();
        using var slot = await slots.RenderAsync(job.Caller, (long)width * height * Holds, PhotoSlots.IsHeavy(width, height), cancel);
        var sent = MaskPng.Decode(png.Span, limits);
        var own = await results.MaskAsync(job, cancel);
        var review = ReviewedMask.Count(sent, own, labels, by, time.GetUtcNow());
        return (review, MaskPng.Encode(sent.Ids, width, height, labels));
    }

    private BlobClient Blob(WorkId id, string version) => _results.GetBlobClient(BlobPaths.Review(id, version));

    // Of what no record names any more. Whoever left meanwhile stops nothing, and what fails is left to retention.
    private async Task DeleteAsync(WorkId id, JobReview? review)
    {
        if (review is null)
            return;
        try
        {
            await Blob(id, review.Version).DeleteIfExistsAsync(cancellationToken: CancellationToken.None);
        }
        catch (RequestFailedException e)
        {
            Log.BlobNotKept(log, Containers.Results, BlobPaths.Review(id, review.Version), e);
        }
    }

    private static RoadSegException Refusal(Stored<JobRecord>? now) =>
        now is { Value: { ErasedAt: null } job }
            ? Changed(job.Review)
            : new RoadSegException(ErrorCodes.JobNotFound, "The job was erased meanwhile.");

    private static RoadSegException Changed(JobReview? now) =>
        new(
            ErrorCodes.ReviewChanged,
            now is null
                ? "The reviewed mask was taken back meanwhile. Send it without If-Match to save it all the same."
                : $"A reviewed mask was saved by {now.By} on {now.At:yyyy-MM-dd HH:mm:ss} UTC. Look at it (GET .../review), and send the "
                    + "ETag of that answer as If-Match to replace it."
        );
}
