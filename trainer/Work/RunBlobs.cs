using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using RoadSeg.Jobs;
using RoadSeg.Storage;

namespace RoadSeg.Trainer.Work;

/// <summary>The files of a run in storage. Each is written only over the version that this worker knows: one that took the run over has touched them, so
/// that a worker thought dead which wakes up finds itself shut out.</summary>
/// <param name="isOurs">Asks the record whether the run still is this worker's.</param>
internal sealed class RunBlobs(BlobContainerClient container, JobId id, string folder, Func<CancellationToken, Task<bool>> isOurs)
{
    private static readonly string[] Carried = [TrainingFiles.Best, TrainingFiles.Last, TrainingFiles.Metrics, TrainingFiles.Log];

    private readonly Dictionary<string, (ETag ETag, long Ticks, long Bytes)> _known = [];

    /// <summary>Takes over what an earlier worker left, and shuts that worker out.</summary>
    public async Task TakeOverAsync(int attempt, CancellationToken cancel)
    {
        foreach (var file in (IEnumerable<string>)[.. Carried, .. TrainingFiles.Pictures])
        {
            var blob = Blob(file);
            try
            {
                BlobInfo touched = await blob.SetMetadataAsync(new Dictionary<string, string> { ["attempt"] = FormattableString.Invariant($"{attempt}") }, cancellationToken: cancel);
                var path = Path.Combine(folder, file);
                if (Carried.Contains(file))
                    await blob.DownloadToAsync(path, new BlobDownloadToOptions { Conditions = new BlobRequestConditions { IfMatch = touched.ETag } }, cancel);
                _known[file] = (touched.ETag, Stamp(path).Ticks, Stamp(path).Bytes);
            }
            catch (RequestFailedException e) when (e.Status == 404)
            {
                // The earlier worker did not come so far, or there was none.
            }
        }
    }

    /// <summary>Stores the files that have changed, in the order given.</summary>
    /// <exception cref="OvertakenException">The run is another worker's now.</exception>
    public async Task StoreAsync(IEnumerable<string> files, CancellationToken cancel)
    {
        foreach (var file in files)
        {
            var path = Path.Combine(folder, file);
            var (ticks, bytes) = Stamp(path);
            if (ticks == 0 || (_known.TryGetValue(file, out var known) && (known.Ticks, known.Bytes) == (ticks, bytes)))
                continue;
            _known[file] = (await StoreAsync(file, path, known.ETag, cancel), ticks, bytes);
        }
    }

    private async Task<ETag> StoreAsync(string file, string path, ETag known, CancellationToken cancel)
    {
        while (true)
        {
            var conditions = known == default ? new BlobRequestConditions { IfNoneMatch = ETag.All } : new BlobRequestConditions { IfMatch = known };
            try
            {
                await using var content = await OpenAsync(path, cancel);
                var headers = new BlobHttpHeaders { ContentType = ContentType(file) };
                return (await Blob(file).UploadAsync(content, new BlobUploadOptions { Conditions = conditions, HttpHeaders = headers }, cancel)).Value.ETag;
            }
            catch (RequestFailedException e) when (e.Status is 409 or 412)
            {
                if (!await isOurs(cancel))
                    throw new OvertakenException();

                // An earlier worker's last call came through after this one took over: this one's word counts.
                known = (await Blob(file).GetPropertiesAsync(cancellationToken: cancel)).Value.ETag;
            }
        }
    }

    // What is appended to while it is read is stored as long as it was at the start; checkpoints are renamed into place whole.
    private static async Task<Stream> OpenAsync(string path, CancellationToken cancel)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (Path.GetExtension(path) == ".safetensors")
            return file;
        await using (file)
        {
            var bytes = new byte[file.Length];
            await file.ReadExactlyAsync(bytes, cancel);
            return new MemoryStream(bytes);
        }
    }

    private static string ContentType(string file) => Path.GetExtension(file) switch
    {
        ".png" => "image/png",
        ".txt" => "text/plain; charset=utf-8",
        ".jsonl" => "application/jsonl",
        _ => "application/octet-stream",
    };

    private static (long Ticks, long Bytes) Stamp(string path) => new FileInfo(path) is { Exists: true } file ? (file.LastWriteTimeUtc.Ticks, file.Length) : default;

    private BlobClient Blob(string file) => container.GetBlobClient(BlobPaths.TrainingFile(id, file));
}

/// <summary>The run was canceled, or another worker has it: nothing more may be written.</summary>
internal sealed class OvertakenException : Exception;
