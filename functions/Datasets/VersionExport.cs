using System.Globalization;
using Azure;
using Azure.Storage.Blobs;
using RoadSeg.Datasets.Curation;
using RoadSeg.Datasets.Exports;
using RoadSeg.Errors;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Datasets;

/// <summary>Makes archives of curated versions for labelling tools, one at a time: each takes temporary space of the version's size, twice
/// over.</summary>
internal sealed class VersionExport(BlobServiceClient blobs, DatasetFiles files) : IDisposable
{
    // Some thousand photos, which take a minute: a front end gives up on a request after a few.
    internal const long MostBytes = 1L << 30;

    private readonly BlobContainerClient _curated = blobs.GetBlobContainerClient(Containers.Curated);
    private readonly SemaphoreSlim _one = new(1);

    /// <summary>Writes the archive into a temporary file that goes with its stream.</summary>
    /// <exception cref="RoadSegException">dataset-not-found; request-invalid: the version is too large; curated-set-invalid;
    /// dataset-invalid: the form cannot name a class; mask-too-complex: a mask is noise.</exception>
    public async Task<Stream> WriteAsync(string name, string version, ExportFormat format, CancellationToken cancel)
    {
        await files.RequireVersionAsync(name, version, cancel);
        await _one.WaitAsync(cancel);
        var staging = Directory.CreateTempSubdirectory("roadseg-export-");
        FileStream? zip = null;
        try
        {
            var set = await FetchAsync(name, version, staging.FullName, cancel);
            zip = new FileStream(
                Path.Combine(Path.GetTempPath(), $"roadseg-export-{Guid.NewGuid():N}.zip"),
                FileMode.CreateNew,
                FileAccess.ReadWrite,
                FileShare.None,
                1 << 16,
                FileOptions.DeleteOnClose | FileOptions.Asynchronous
            );
            DatasetExport.ToArchive(set, format, zip, null, cancel);
            zip.Position = 0;
            return zip;
        }
        catch
        {
            if (zip is not null)
                await zip.DisposeAsync();
            throw;
        }
        finally
        {
            staging.Delete(recursive: true);
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task<CuratedSet> FetchAsync(string name, string version, string folder, CancellationToken cancel)
    {
        await DownloadAsync(CuratedManifest.FileName);
        var manifest = CuratedManifest.Parse(await File.ReadAllBytesAsync(Path.Combine(folder, CuratedManifest.FileName), cancel));
        var shards = manifest.Splits.SelectMany(split => split.Shards).ToList();
        var bytes = shards.Sum(shard => shard.Bytes);
        if (bytes > MostBytes)
            throw new RoadSegException(
                ErrorCodes.RequestInvalid,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The version has {bytes:N0} bytes; archives are made here of up to {MostBytes:N0}. Copy it from storage "
                ) + $"({Containers.Curated}/{name}/{version}) and run 'roadseg dataset export' on it."
            );
        foreach (var file in shards.Select(shard => shard.File).Append(Path.GetFileName(manifest.Samples.File)))
            await DownloadAsync(file);
        return CuratedSet.Open(folder);

        async Task DownloadAsync(string file)
        {
            try
            {
                await _curated.GetBlobClient(BlobPaths.Curated(name, version, file)).DownloadToAsync(Path.Combine(folder, file), cancel);
            }
            catch (RequestFailedException e) when (e.Status == StatusCodes.Status404NotFound)
            {
                throw new RoadSegException(
                    ErrorCodes.CuratedSetInvalid,
                    $"The curated set '{name}' {version} lacks its file {file}. Drop the data set again.",
                    e
                );
            }
        }
    }
}
