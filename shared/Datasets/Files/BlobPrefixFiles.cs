using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using RoadSeg.Errors;

namespace RoadSeg.Datasets.Files;

/// <summary>A data set below a prefix of a blob container, read file by file: nothing of it is copied to a disk.</summary>
/// <param name="container">Container; not owned.</param>
/// <param name="prefix">Folder in it without a slash at the end, such as <c>camvid</c>.</param>
public sealed class BlobPrefixFiles(BlobContainerClient container, string prefix) : IDatasetFiles
{
    private readonly string folder = prefix.TrimEnd('/') + "/";

    /// <summary>Files of the last listing that went to its end; null before.</summary>
    public long? Listed { get; private set; }

    /// <inheritdoc/>
    public async IAsyncEnumerable<DatasetFile> ListAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        var pages = container.GetBlobsAsync(BlobTraits.None, BlobStates.None, folder, cancel).GetAsyncEnumerator(cancel);
        long files = 0;
        await using (pages)
        {
            while (await Storage(folder, async () => await pages.MoveNextAsync()))
            {
                var blob = pages.Current;
                // Folders of a hierarchical namespace are listed as empty blobs.
                if (blob.Name.EndsWith('/') || blob.Properties.ContentLength is not { } bytes)
                    continue;
                files++;
                yield return new DatasetFile(blob.Name[folder.Length..], bytes);
            }
        }

        Listed = files;
    }

    /// <inheritdoc/>
    public Task<byte[]> ReadAsync(string path, long maxBytes, CancellationToken cancel) => Storage(path, async () =>
        {
            using var download = (await container.GetBlobClient(folder + path).DownloadStreamingAsync(cancellationToken: cancel)).Value;
            var bytes = download.Details.ContentLength;
            if (bytes > maxBytes)
                throw DatasetErrors.TooManyBytes(bytes, maxBytes);
            var content = new byte[bytes];
            await download.Content.ReadExactlyAsync(content, cancel);
            return content;
        });

    /// <inheritdoc/>
    public Task<Stream> OpenAsync(string path, CancellationToken cancel) =>
        Storage(path, () =>
            container.GetBlobClient(folder + path).OpenReadAsync(new BlobOpenReadOptions(allowModifications: false), cancel)
        );

    // A missing file is the data set's fault and skips that file; anything else stops the run, to be tried again.
    private static async Task<T> Storage<T>(string path, Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            throw new FileNotFoundException("The blob is gone.", path, e);
        }
        catch (Exception e) when (e is RequestFailedException or EndOfStreamException or IOException and not FileNotFoundException)
        {
            throw new RoadSegException(ErrorCodes.StorageUnavailable, "The data set's storage did not answer. Try again later.", e);
        }
    }
}
