using System.Globalization;
using Azure;
using Azure.Storage.Blobs;
using RoadSeg.Datasets.Curation;
using RoadSeg.Errors;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Datasets;

/// <summary>Brings curated versions onto this machine, for work that needs all of one while its caller waits.</summary>
internal sealed class VersionFiles(BlobServiceClient blobs, DatasetFiles files)
{
    // Some thousand photos, which take a minute: a front end gives up on a request after a few.
    internal const long MostBytes = 1L << 30;

    private readonly BlobContainerClient _curated = blobs.GetBlobContainerClient(Containers.Curated);

    /// <summary>Downloads a version.</summary>
    /// <param name="name">The set.</param>
    /// <param name="version">The version.</param>
    /// <param name="folder">Where to; empty.</param>
    /// <param name="command">What to run on the version where it is too large here.</param>
    /// <param name="cancel">Stops between files.</param>
    /// <exception cref="RoadSegException">dataset-not-found; request-invalid: the version is too large; curated-set-invalid.</exception>
    public async Task<CuratedSet> FetchAsync(string name, string version, string folder, string command, CancellationToken cancel)
    {
        var manifest = await ManifestAsync(name, version, cancel);
        var shards = manifest.Splits.SelectMany(split => split.Shards).ToList();
        var bytes = shards.Sum(shard => shard.Bytes);
        if (bytes > MostBytes)
            throw new RoadSegException(
                ErrorCodes.RequestInvalid,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The version has {bytes:N0} bytes; this is done here for up to {MostBytes:N0}. Copy it from storage "
                ) + $"({Containers.Curated}/{name}/{version}) and run '{command}' on it."
            );
        Directory.CreateDirectory(folder);
        await DownloadAsync(name, version, CuratedManifest.FileName, folder, cancel);
        foreach (var file in shards.Select(shard => shard.File).Append(Path.GetFileName(manifest.Samples.File)))
            await DownloadAsync(name, version, file, folder, cancel);
        return CuratedSet.Open(folder);
    }

    /// <summary>What a version holds.</summary>
    /// <exception cref="RoadSegException">dataset-not-found; curated-set-invalid.</exception>
    public async Task<CuratedManifest> ManifestAsync(string name, string version, CancellationToken cancel)
    {
        await files.RequireVersionAsync(name, version, cancel);
        return CuratedManifest.Parse((await ReadAsync(name, version, CuratedManifest.FileName, cancel)).Span);
    }

    /// <summary>A file of a version, whole in memory.</summary>
    /// <exception cref="RoadSegException">curated-set-invalid: it is gone.</exception>
    public async Task<ReadOnlyMemory<byte>> ReadAsync(string name, string version, string file, CancellationToken cancel)
    {
        try
        {
            return (await Blob(name, version, file).DownloadContentAsync(cancel)).Value.Content.ToMemory();
        }
        catch (RequestFailedException e) when (e.Status == StatusCodes.Status404NotFound)
        {
            throw Lacks(name, version, file, e);
        }
    }

    private async Task DownloadAsync(string name, string version, string file, string folder, CancellationToken cancel)
    {
        try
        {
            await Blob(name, version, file).DownloadToAsync(Path.Combine(folder, file), cancel);
        }
        catch (RequestFailedException e) when (e.Status == StatusCodes.Status404NotFound)
        {
            throw Lacks(name, version, file, e);
        }
    }

    private BlobClient Blob(string name, string version, string file) => _curated.GetBlobClient(BlobPaths.Curated(name, version, file));

    private static RoadSegException Lacks(string name, string version, string file, Exception inner) =>
        new(ErrorCodes.CuratedSetInvalid, $"The curated set '{name}' {version} lacks its file {file}. Drop the data set again.", inner);
}
