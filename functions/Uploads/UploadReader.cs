using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using RoadSeg.Errors;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Uploads;

internal static class UploadReader
{
    /// <summary>Reads the version of a photo that a job is about.</summary>
    /// <exception cref="RoadSegException">image-too-many-bytes, or image-format-unsupported for a page or append blob, before a byte of content is read;
    /// upload-missing when the blob is gone or has been replaced; upload-name-invalid.</exception>
    public static async Task<byte[]> ReadAsync(BlobServiceClient blobs, JobSource source, ImageLimits limits, CancellationToken cancel)
    {
        // Addresses are normalised on their way to storage: such a name would read another blob, even of another container.
        if (source.Path.Split('/', '\\').Any(segment => segment is "." or ".."))
            throw new RoadSegException(ErrorCodes.UploadNameInvalid, "The photo's name has a segment '.' or '..'. Upload it under another name.");
        var version = source.ETag is { Length: > 0 } etag ? new BlobRequestConditions { IfMatch = new ETag($"\"{etag}\"") } : null;
        try
        {
            var photo = blobs.GetBlobContainerClient(source.Container).GetBlobClient(source.Path);

            // An empty page blob of terabytes costs its uploader nothing, and whoever asks for its content all of it. The service's own blobs need no look.
            if (source.Container != Containers.Submitted)
                Check((await photo.GetPropertiesAsync(version, cancel)).Value, limits);
            using var download = (await photo.DownloadStreamingAsync(new BlobDownloadOptions { Conditions = version }, cancel)).Value;
            var length = download.Details.ContentLength;
            CheckLength(length, limits);
            var file = new byte[length];
            await download.Content.ReadExactlyAsync(file, cancel);
            return file;
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            throw new RoadSegException(ErrorCodes.UploadMissing, "The photo was deleted before it could be read. Upload it again.", e);
        }
        catch (RequestFailedException e) when (e.Status == 412)
        {
            throw new RoadSegException(ErrorCodes.UploadMissing, "The photo was replaced before it could be read. The newer version has a job of its own.", e);
        }
    }

    private static void Check(BlobProperties photo, ImageLimits limits)
    {
        CheckLength(photo.ContentLength, limits);
        if (photo.BlobType != BlobType.Block)
            throw new RoadSegException(ErrorCodes.ImageFormatUnsupported, "A photo is a block blob, and this is a page or append blob. Upload it with the header x-ms-blob-type: BlockBlob.");
    }

    private static void CheckLength(long length, ImageLimits limits)
    {
        if (length > limits.MaxBytes)
            throw new RoadSegException(ErrorCodes.ImageTooManyBytes, $"The photo has {length} bytes; at most {limits.MaxBytes} are taken. Scale it down or compress it more.");
    }
}
