using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using RoadSeg.Errors;
using RoadSeg.Functions.Fairness;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Storage;

internal static class UploadReader
{
    /// <summary>Reads the version of a photo that a job is about when there is room for it: dispose the room when the bytes are let
    /// go.</summary>
    /// <param name="blobs">The storage.</param>
    /// <param name="job">The job.</param>
    /// <param name="limits">What a photo may be at most.</param>
    /// <param name="files">Room for files of photos.</param>
    /// <param name="most">Bytes of a file that is read here.</param>
    /// <param name="cancel">Stops the call.</param>
    /// <returns>The file, and the version that it is of. Null for a file of more bytes, of which nothing is read.</returns>
    /// <exception cref="RoadSegException">As for <see cref="ReadAsync"/>.</exception>
    public static async Task<(byte[] File, string Version, IDisposable Room)?> HoldAsync(
        BlobServiceClient blobs,
        JobRecord job,
        ImageLimits limits,
        FairSlots files,
        long most,
        CancellationToken cancel
    )
    {
        using var download = await OpenAsync(blobs, job.Source, limits, cancel);
        if (download.Details.ContentLength > most)
            return null;

        // An answer that waits meanwhile and breaks is asked for again by the storage client, for the same version.
        var room = await files.EnterAsync(job.Caller, download.Details.ContentLength, cancel);
        try
        {
            return (await WholeAsync(download, cancel), download.Details.ETag.ToString().Trim('"'), room);
        }
        catch
        {
            room.Dispose();
            throw;
        }
    }

    /// <summary>Reads the version of a photo that a job is about.</summary>
    /// <exception cref="RoadSegException">image-too-many-bytes, or image-format-unsupported for a page or append blob, before a byte of
    /// content is read; upload-missing when the blob is gone or has been replaced; upload-name-invalid.</exception>
    public static async Task<byte[]> ReadAsync(BlobServiceClient blobs, JobSource source, ImageLimits limits, CancellationToken cancel)
    {
        using var download = await OpenAsync(blobs, source, limits, cancel);
        return await WholeAsync(download, cancel);
    }

    /// <summary>Reads the photo of a job as anybody may see it.</summary>
    /// <exception cref="RoadSegException">As for <see cref="ReadAsync"/>; result-not-ready: it is to be redacted first.</exception>
    public static Task<byte[]> ReadShownAsync(BlobServiceClient blobs, JobRecord job, ImageLimits limits, CancellationToken cancel) =>
        ReadAsync(blobs, Shown(job), limits, cancel);

    /// <summary>Fails as <see cref="ReadShownAsync"/> does, and reads nothing.</summary>
    public static async Task RequireShownAsync(BlobServiceClient blobs, JobRecord job, ImageLimits limits, CancellationToken cancel) =>
        (await OpenAsync(blobs, Shown(job), limits, cancel)).Dispose();

    /// <summary>Keeps what lies at a photo's address now, whatever is stored there later: what a resumable key committed can be
    /// replaced.</summary>
    /// <returns>The photo as a snapshot of its blob.</returns>
    /// <exception cref="RoadSegException">upload-missing.</exception>
    public static async Task<JobSource> KeepAsync(BlobServiceClient blobs, JobSource source, CancellationToken cancel)
    {
        try
        {
            var photo = blobs.GetBlobContainerClient(source.Container).GetBlobClient(source.Path);
            var kept = (await photo.CreateSnapshotAsync(cancellationToken: cancel)).Value;
            return source with { ETag = kept.ETag.ToString().Trim('"'), Snapshot = kept.Snapshot };
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            throw Missing(e);
        }
    }

    private static async Task<BlobDownloadStreamingResult> OpenAsync(
        BlobServiceClient blobs,
        JobSource source,
        ImageLimits limits,
        CancellationToken cancel
    )
    {
        // Addresses are normalised on their way to storage: such a name would read another blob, even of another container.
        if (source.Path.Split('/', '\\').Any(segment => segment is "." or ".."))
            throw new RoadSegException(
                ErrorCodes.UploadNameInvalid,
                "The photo's name has a segment '.' or '..'. Upload it under another name."
            );
        var version = source.ETag is { Length: > 0 } etag ? new BlobRequestConditions { IfMatch = new ETag($"\"{etag}\"") } : null;
        try
        {
            var photo = blobs.GetBlobContainerClient(source.Container).GetBlobClient(source.Path).WithSnapshot(source.Snapshot);

            // An empty page blob of terabytes costs its uploader nothing, and whoever asks for its content all of it. The service's own
            // blobs need no look.
            if (source.Container != Containers.Submitted)
                Check((await photo.GetPropertiesAsync(version, cancel)).Value, limits);
            var download = (await photo.DownloadStreamingAsync(new BlobDownloadOptions { Conditions = version }, cancel)).Value;
            if (download.Details.ContentLength <= limits.MaxBytes)
                return download;
            download.Dispose();
            throw TooLong(download.Details.ContentLength, limits);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            throw Missing(e);
        }
        catch (RequestFailedException e) when (e.Status == 412)
        {
            throw new RoadSegException(
                ErrorCodes.UploadMissing,
                source.Container == Containers.Batches
                    ? "The photo was replaced after its batch had listed it. Try the batch's failed photos again: that takes the newer one."
                    : "The photo was replaced before it could be read. The newer version has a job of its own.",
                e
            );
        }
    }

    private static JobSource Shown(JobRecord job) =>
        job.Shown
        ?? throw new RoadSegException(
            ErrorCodes.ResultNotReady,
            $"The photo of job {job.Id} is to be redacted before anybody sees it, and is not. Submit it again."
        );

    private static RoadSegException Missing(RequestFailedException e) =>
        new(ErrorCodes.UploadMissing, "The photo was deleted before it could be read. Upload it again.", e);

    private static void Check(BlobProperties photo, ImageLimits limits)
    {
        if (photo.ContentLength > limits.MaxBytes)
            throw TooLong(photo.ContentLength, limits);
        if (photo.BlobType != BlobType.Block)
            throw new RoadSegException(
                ErrorCodes.ImageFormatUnsupported,
                "A photo is a block blob, and this is a page or append blob. Upload it with the header x-ms-blob-type: BlockBlob."
            );
    }

    private static RoadSegException TooLong(long length, ImageLimits limits) =>
        new(
            ErrorCodes.ImageTooManyBytes,
            $"The photo has {length} bytes; at most {limits.MaxBytes} are taken. Scale it down or compress it more."
        );

    private static async Task<byte[]> WholeAsync(BlobDownloadStreamingResult download, CancellationToken cancel)
    {
        var file = new byte[download.Details.ContentLength];
        try
        {
            await download.Content.ReadExactlyAsync(file, cancel);
            return file;
        }
        catch (RequestFailedException e) when (e.Status is 404 or 412)
        {
            throw new RoadSegException(
                ErrorCodes.UploadMissing,
                "The photo was deleted or replaced while it was read. Upload it again.",
                e
            );
        }
    }
}
