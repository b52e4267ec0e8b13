using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using RoadSeg.Jobs;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Uploads;

/// <summary>What lies at an ended job's own address and nobody will look at: it came after the job was canceled or had expired, or after
/// the photo that the job was about was refused and deleted. It can be of any size.</summary>
internal static class UnwantedPhoto
{
    /// <summary>Deletes it, if there is any. The version that the record names stays, unless the job was taken back or asked for a
    /// redaction. What was stored over one that is kept as a snapshot is deleted with it when photos are: a snapshot cannot be without its
    /// blob.</summary>
    /// <returns>False when nothing was deleted.</returns>
    public static async Task<bool> DeleteAsync(BlobServiceClient blobs, JobRecord job, CancellationToken cancel)
    {
        if (!job.State.IsTerminal())
            return false;
        if (job.Privacy.Has(JobPrivacy.Redact))
        {
            await OriginalPhoto.DeleteAsync(blobs, job, cancel);
            return true;
        }

        // A bare drop's address is its owner's, and the photo of a batch may be another job's too.
        if (job.Batch is not null || (job.Upload is null && job.Source.Container != Containers.Submitted))
            return false;
        var takenBack = job.State is JobState.Canceled or JobState.Expired || job.ErasedAt is not null;
        if (job.Source.Snapshot is not null && !takenBack)
            return false;
        var kept =
            takenBack || job.Source.ETag is not { Length: > 0 } etag
                ? null
                : new BlobRequestConditions { IfNoneMatch = new ETag($"\"{etag}\"") };
        var photo = blobs.GetBlobContainerClient(job.Source.Container).GetBlobClient(job.Source.Path);
        try
        {
            return await LeasedBlob.DeleteAsync(photo, kept, cancel);
        }
        catch (RequestFailedException e) when (e.Status is 304 or 412)
        {
            return false;
        }
    }
}
