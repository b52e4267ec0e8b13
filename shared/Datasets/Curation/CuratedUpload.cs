using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using RoadSeg.Errors;
using RoadSeg.Storage;

namespace RoadSeg.Datasets.Curation;

/// <summary>Copies curated sets and reports into the container <c>curated</c>, file by file from the disk.</summary>
/// <param name="curated">The container; not owned.</param>
public sealed class CuratedUpload(BlobContainerClient curated)
{
    private const int AtOnce = 4;

    /// <summary>Stores a version with its report, the manifest last: a version with a manifest is complete, one without is unowned. Of a
    /// version that is there already the report is replaced, so that it is that of the latest check, and files that are gone or have
    /// another length since.</summary>
    /// <param name="set">The set in its folder.</param>
    /// <param name="progress">Called after each file; null when nobody listens.</param>
    /// <param name="cancel">Stops between files; the version has no manifest then.</param>
    /// <returns>False when the version was there already, whole.</returns>
    /// <exception cref="RoadSegException">curated-set-invalid: the set carries a name that no data set can have.</exception>
    public async Task<bool> StoreAsync(CuratedSet set, IProgress<DatasetProgress>? progress, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(set);
        var manifest = set.Manifest;
        if (!DatasetSpecJson.IsName(manifest.Name))
            throw CuratedManifest.Invalid("The manifest carries a name that no data set can have.");
        await StoreReportAsync(manifest.Name, set.Version, set.Folder, cancel);
        string[] files = [.. manifest.Splits.SelectMany(split => split.Shards).Select(shard => shard.File), manifest.Samples.File];
        if (await Blob(set, CuratedManifest.FileName).ExistsAsync(cancel))
            files = await DamagedAsync(set, files, cancel);
        if (files.Length == 0)
            return false;
        var done = 0;
        await Parallel.ForEachAsync(
            files,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel },
            async (file, stop) =>
            {
                await UploadAsync(Blob(set, file), Path.Combine(set.Folder, Path.GetFileName(file)), stop);
                progress?.Report(new DatasetProgress("storing", Interlocked.Increment(ref done), files.Length + 1));
            }
        );
        await UploadAsync(Blob(set, CuratedManifest.FileName), Path.Combine(set.Folder, CuratedManifest.FileName), cancel);
        progress?.Report(new DatasetProgress("storing", files.Length + 1, files.Length + 1));
        return true;
    }

    /// <summary>Stores a report, replacing the one that is there.</summary>
    /// <param name="name">Name of the set.</param>
    /// <param name="version">Version it is about, or <see cref="DatasetCurator.FailedFolder"/>.</param>
    /// <param name="folder">Folder with the files of <see cref="DatasetCurator.ReportFiles"/>; one that is missing is left out.</param>
    /// <param name="cancel">Stops between files.</param>
    public async Task StoreReportAsync(string name, string version, string folder, CancellationToken cancel)
    {
        foreach (var file in DatasetCurator.ReportFiles.Where(file => File.Exists(Path.Combine(folder, file))))
            await UploadAsync(curated.GetBlobClient(BlobPaths.Curated(name, version, file)), Path.Combine(folder, file), cancel);
    }

    private async Task<string[]> DamagedAsync(CuratedSet set, string[] files, CancellationToken cancel)
    {
        var lengths = new Dictionary<string, long?>();
        await foreach (
            var blob in curated.GetBlobsAsync(
                BlobTraits.None,
                BlobStates.None,
                BlobPaths.Curated(set.Manifest.Name, set.Version, ""),
                cancel
            )
        )
            lengths[blob.Name] = blob.Properties.ContentLength;
        return
        [
            .. files.Where(file => lengths.GetValueOrDefault(Blob(set, file).Name) != new FileInfo(Path.Combine(set.Folder, file)).Length),
        ];
    }

    private BlobClient Blob(CuratedSet set, string file) => curated.GetBlobClient(BlobPaths.Curated(set.Manifest.Name, set.Version, file));

    private static async Task UploadAsync(BlobClient blob, string file, CancellationToken cancel)
    {
        await using var content = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read);
        await blob.UploadAsync(
            content,
            new BlobUploadOptions { HttpHeaders = new BlobHttpHeaders { ContentType = ContentType(file) } },
            cancel
        );
    }

    private static string ContentType(string file) =>
        Path.GetExtension(file) switch
        {
            ".json" => "application/json",
            ".jsonl" => "application/x-ndjson",
            ".html" => "text/html; charset=utf-8",
            _ => "application/octet-stream",
        };
}
