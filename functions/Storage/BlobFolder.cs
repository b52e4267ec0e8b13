using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace RoadSeg.Functions.Storage;

/// <summary>The blobs under a prefix as they were listed, to be deleted together.</summary>
internal sealed class BlobFolder
{
    private readonly BlobContainerClient _container;
    private readonly List<BlobItem> _blobs = [];

    private BlobFolder(BlobContainerClient container, string prefix) => (_container, Prefix) = (container, prefix);

    /// <summary>What all names begin with.</summary>
    public string Prefix { get; }

    /// <summary>When the last of them was written; null where there are none.</summary>
    public DateTimeOffset? Newest => _blobs.Max(static blob => blob.Properties.LastModified);

    /// <summary>The names of the folders in a folder, without it.</summary>
    public static async Task<List<string>> NamesAsync(BlobContainerClient container, string prefix, CancellationToken cancel)
    {
        var names = new List<string>();
        await foreach (var item in container.GetBlobsByHierarchyAsync(BlobTraits.None, BlobStates.None, "/", prefix, cancel))
        {
            if (item.IsPrefix)
                names.Add(item.Prefix[prefix.Length..].TrimEnd('/'));
        }

        return names;
    }

    /// <summary>Lists a folder.</summary>
    public static async Task<BlobFolder> ListAsync(BlobContainerClient container, string prefix, CancellationToken cancel)
    {
        var folder = new BlobFolder(container, prefix);
        await foreach (var blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancel))
            folder._blobs.Add(blob);
        return folder;
    }

    /// <summary>The ETag of a blob; null where it was not there.</summary>
    public ETag? Find(string file) => _blobs.Find(blob => blob.Name == Prefix + file)?.Properties.ETag;

    /// <summary>Deletes the folder, each blob only if nobody wrote it since it was listed.</summary>
    /// <param name="file">Goes first, or last; what was written or deleted since then ends the deleting.</param>
    /// <param name="last">True for last.</param>
    /// <param name="cancel">Stops between blobs.</param>
    /// <returns>How many were deleted.</returns>
    public async Task<int> DeleteAsync(string file, bool last, CancellationToken cancel)
    {
        var deleted = 0;
        foreach (
            var blob in _blobs
                .OrderBy(blob => (blob.Name == Prefix + file) == last)
                .ThenBy(static blob => blob.Name, StringComparer.Ordinal)
        )
        {
            if (await DeleteAsync(blob, cancel))
                deleted++;
            else if (last || blob.Name == Prefix + file)
                break;
        }

        return deleted;
    }

    private async Task<bool> DeleteAsync(BlobItem blob, CancellationToken cancel)
    {
        try
        {
            var listed = new BlobRequestConditions { IfMatch = blob.Properties.ETag };
            return await _container.GetBlobClient(blob.Name).DeleteIfExistsAsync(DeleteSnapshotsOption.IncludeSnapshots, listed, cancel);
        }
        catch (RequestFailedException e) when (e.Status == 412)
        {
            return false;
        }
    }
}
