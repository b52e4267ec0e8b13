using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using RoadSeg.Datasets;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Datasets;

/// <summary>Looks whether files of a drop came after its <c>dataset.json</c>: then a part of the set was checked, or is.</summary>
internal sealed class LateFiles(BlobServiceClient blobs)
{
    private readonly BlobContainerClient _datasets = blobs.GetBlobContainerClient(Containers.Datasets);

    /// <param name="name">The set.</param>
    /// <param name="drop">Its drop.</param>
    /// <param name="listed">Files that were there when its check began; null where that is not known. Storage keeps times in whole
    /// seconds.</param>
    /// <param name="cancel">Stops the listing.</param>
    /// <returns>Null where none is late, or the drop was replaced.</returns>
    public async Task<DatasetLate?> FindAsync(string name, string drop, long? listed, CancellationToken cancel)
    {
        if (await DescribedAsync(name, drop, cancel) is not { } described)
            return null;
        var (folder, files, late) = ($"{name}/", 0L, 0L);
        (string Path, DateTimeOffset At)? first = null;
        await foreach (var blob in _datasets.GetBlobsAsync(BlobTraits.None, BlobStates.None, folder, cancel))
        {
            // Folders of a hierarchical namespace are listed as empty blobs.
            if (blob.Name.EndsWith('/') || blob.Properties.ContentLength is null)
                continue;
            files++;
            if (blob.Properties.LastModified is not { } at || at <= described)
                continue;
            late++;
            if (first is null || at < first.Value.At)
                first = (blob.Name[folder.Length..], at);
        }

        return late > 0 ? DatasetLate.Of(late, first!.Value.Path)
            : files > listed ? DatasetLate.Of(files - listed.Value, null)
            : null;
    }

    private async Task<DateTimeOffset?> DescribedAsync(string name, string drop, CancellationToken cancel)
    {
        try
        {
            BlobProperties found = await _datasets.GetBlobClient(BlobPaths.DatasetSpec(name)).GetPropertiesAsync(cancellationToken: cancel);
            return found.ETag.ToString().Trim('"') == drop ? found.LastModified : null;
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }
}
