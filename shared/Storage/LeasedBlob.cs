using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace RoadSeg.Storage;

/// <summary>Deletes what a caller put into storage by a key: one that may write may also take a lease, which would keep the blob for
/// ever.</summary>
public static class LeasedBlob
{
    /// <summary>Deletes a blob with its snapshots, under lease too.</summary>
    /// <param name="blob">The blob.</param>
    /// <param name="conditions">What must hold; null for nothing.</param>
    /// <param name="cancel">Stops between calls.</param>
    /// <returns>False where there is none.</returns>
    /// <exception cref="RequestFailedException">Storage did not do it, or a condition does not hold.</exception>
    public static async Task<bool> DeleteAsync(BlobClient blob, BlobRequestConditions? conditions, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(blob);
        try
        {
            return await blob.DeleteIfExistsAsync(DeleteSnapshotsOption.IncludeSnapshots, conditions, cancel);
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.LeaseIdMissing)
        {
            await blob.GetBlobLeaseClient().BreakAsync(TimeSpan.Zero, cancellationToken: cancel);
            return await blob.DeleteIfExistsAsync(DeleteSnapshotsOption.IncludeSnapshots, conditions, cancel);
        }
    }
}
