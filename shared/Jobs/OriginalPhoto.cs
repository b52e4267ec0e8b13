using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using RoadSeg.Storage;

namespace RoadSeg.Jobs;

/// <summary>A photo as it came, of a job that asked to have it redacted. From the job's end on it is kept nowhere: not where it was stored,
/// not as a snapshot, not as the model's input; and where the job has no redacted photo, nothing is.</summary>
public static class OriginalPhoto
{
    /// <summary>Deletes it. Every step may be repeated, and is when something comes late.</summary>
    /// <param name="blobs">The storage.</param>
    /// <param name="ended">The job; nothing is done for one that has not ended or asked for no redaction.</param>
    /// <param name="cancel">Stops between calls.</param>
    public static async Task DeleteAsync(BlobServiceClient blobs, JobRecord ended, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(blobs);
        ArgumentNullException.ThrowIfNull(ended);
        if (!ended.State.IsTerminal() || !ended.Privacy.Has(JobPrivacy.Redact))
            return;
        var original = ended.Original ?? ended.Source;
        if (original.Container != Containers.Submitted)
            await DeleteAsync(blobs.GetBlobContainerClient(original.Container), original, IsDrop(ended, original), cancel);

        // What else attempts stored goes too, redacted or not: all but what the record names.
        foreach (var container in (string[])[Containers.Submitted, Containers.Work])
        {
            var folder = blobs.GetBlobContainerClient(container);
            await foreach (var blob in folder.GetBlobsAsync(BlobTraits.None, BlobStates.None, $"{ended.Id}/", cancel))
            {
                if (ended.Redaction is null || container != ended.Source.Container || blob.Name != ended.Source.Path)
                    await LeasedBlob.DeleteAsync(folder.GetBlobClient(blob.Name), null, cancel);
            }
        }
    }

    // A bare drop's job is one version of its path, a newer one has a job of its own; what came by the API has its path for itself.
    private static async Task DeleteAsync(BlobContainerClient container, JobSource original, bool drop, CancellationToken cancel)
    {
        // Addresses are normalised on their way to storage: such a name would delete another blob.
        if (original.Path.Length == 0 || original.Path.Split('/', '\\').Any(static segment => segment is "." or ".."))
            return;
        var version =
            drop && original.ETag is { Length: > 0 } etag ? new BlobRequestConditions { IfMatch = new ETag($"\"{etag}\"") } : null;
        try
        {
            await LeasedBlob.DeleteAsync(container.GetBlobClient(original.Path), version, cancel);
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.ConditionNotMet)
        {
            // Replaced, and gone by that.
        }
    }

    private static bool IsDrop(JobRecord job, JobSource original) => job.Upload is null && original.Container != Containers.Submitted;
}
