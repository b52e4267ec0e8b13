using System.Security.Cryptography;
using Azure;
using Azure.Storage.Blobs;
using RoadSeg.Datasets.Curation;
using RoadSeg.Errors;
using RoadSeg.Storage;

namespace RoadSeg.Trainer.Work;

/// <summary>Curated sets on this machine: whole or not at all, every file as its manifest says.</summary>
/// <param name="curated">Container of the sets.</param>
/// <param name="folder">Where they are kept, as <c>{name}/{version}</c>.</param>
internal sealed class CuratedCache(BlobContainerClient curated, string folder)
{
    /// <exception cref="RoadSegException">dataset-not-found; curated-set-invalid: it differs from its manifest.</exception>
    public async Task<CuratedSet> GetAsync(string name, string version, CancellationToken cancel)
    {
        var target = Path.Combine(folder, name, version);
        if (Directory.Exists(target) && await CachedAsync(target, name, version, cancel) is { } cached)
            return cached;
        var staging = $"{target}.{Guid.NewGuid():N}{VersionCache.Partial}";
        Directory.CreateDirectory(staging);
        try
        {
            await DownloadAsync(CuratedManifest.FileName);
            var manifest = CuratedManifest.Parse(await File.ReadAllBytesAsync(Path.Combine(staging, CuratedManifest.FileName), cancel));
            foreach (var shard in manifest.Splits.SelectMany(split => split.Shards))
                await DownloadAsync(shard.File);
            await CheckedAsync(staging, name, version, cancel);
            if (!Directory.Exists(target))
                Directory.Move(staging, target);
            return CuratedSet.Open(target);
        }
        finally
        {
            if (Directory.Exists(staging))
                Directory.Delete(staging, recursive: true);
        }

        async Task DownloadAsync(string file)
        {
            try
            {
                await curated.GetBlobClient(BlobPaths.Curated(name, version, file)).DownloadToAsync(Path.Combine(staging, file), cancel);
            }
            catch (RequestFailedException e) when (e.Status == 404)
            {
                throw file == CuratedManifest.FileName
                    ? new RoadSegException(
                        ErrorCodes.DatasetNotFound,
                        $"There is no curated set '{name}' {version} any more; GET /v1/datasets lists the sets.",
                        e
                    )
                    : new RoadSegException(
                        ErrorCodes.CuratedSetInvalid,
                        $"The curated set '{name}' {version} lacks its file {file}. Drop the data set again.",
                        e
                    );
            }
        }
    }

    // What a killed process or a cleaner of temporary files left is fetched again.
    private static async Task<CuratedSet?> CachedAsync(string target, string name, string version, CancellationToken cancel)
    {
        try
        {
            return await CheckedAsync(target, name, version, cancel);
        }
        catch (RoadSegException)
        {
            VersionCache.Remove(target);
            return null;
        }
    }

    private static async Task<CuratedSet> CheckedAsync(string folder, string name, string version, CancellationToken cancel)
    {
        var set = CuratedSet.Open(folder);
        if (set.Version != version)
            throw new RoadSegException(
                ErrorCodes.CuratedSetInvalid,
                $"The manifest of '{name}' {version} is that of version {set.Version}. Drop the data set again."
            );
        foreach (var shard in set.Manifest.Splits.SelectMany(split => split.Shards))
        {
            await using var file = File.OpenRead(Path.Combine(folder, shard.File));
            if (Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancel)) != shard.Sha256)
                throw new RoadSegException(
                    ErrorCodes.CuratedSetInvalid,
                    $"The shard {shard.File} of '{name}' {version} differs from its hash. Drop the data set again."
                );
        }

        return set;
    }
}
