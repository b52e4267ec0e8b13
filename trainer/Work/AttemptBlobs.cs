using System.Collections.Concurrent;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Trainer.Work;

/// <summary>The files of a run in storage. Each is written only over the version that this worker knows: one that took the run over has
/// touched them, so that a worker thought dead which wakes up finds itself shut out. Metrics and log are append blobs, to which goes what
/// is new; all others, and metrics and log of a run that an older worker began as block blobs, are written whole.</summary>
/// <param name="isOurs">Asks the record whether the run still is this worker's.</param>
/// <param name="maxBlocks">Blocks after which an append blob is written anew; storage takes no more than <see cref="MaxBlocks"/>.</param>
internal sealed class AttemptBlobs(
    BlobContainerClient container,
    WorkId id,
    string folder,
    Func<CancellationToken, Task<bool>> isOurs,
    int maxBlocks = AttemptBlobs.MaxBlocks
)
{
    public const int MaxBlocks = 50_000;

    private const int BlockBytes = 4 << 20;
    private const string Attempt = "attempt";
    private static readonly string[] Carried = [TrainingFiles.Best, TrainingFiles.Last, TrainingFiles.Metrics, TrainingFiles.Log];

    // Checkpoints are stored by the thread that learns, the rest by the one that reports.
    private readonly ConcurrentDictionary<string, Known> _known = new();
    private Dictionary<string, string> _metadata = [];

    /// <summary>Takes over what an earlier worker left, and shuts that worker out.</summary>
    public async Task TakeOverAsync(int attempt, CancellationToken cancel)
    {
        _metadata = new Dictionary<string, string> { [Attempt] = FormattableString.Invariant($"{attempt}") };
        foreach (var file in (IEnumerable<string>)[.. Carried, .. TrainingFiles.Pictures])
        {
            var blob = Blob(file);
            try
            {
                BlobInfo touched = await blob.SetMetadataAsync(_metadata, cancellationToken: cancel);
                var conditions = new BlobRequestConditions { IfMatch = touched.ETag };
                var path = Path.Combine(folder, file);
                if (Carried.Contains(file))
                    await blob.DownloadToAsync(path, new BlobDownloadToOptions { Conditions = conditions }, cancel);
                int? blocks = TrainingFiles.Grows(file) ? BlocksOf((await blob.GetPropertiesAsync(conditions, cancel)).Value) : null;
                _known[file] = new Known(touched.ETag, Stamp(path).Ticks, Stamp(path).Bytes, blocks);
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
            var (ticks, bytes) = Stamp(Path.Combine(folder, file));
            if (ticks == 0 || (_known.TryGetValue(file, out var known) && (known.Ticks, known.Bytes) == (ticks, bytes)))
                continue;
            if (TrainingFiles.Grows(file) && (known.Blocks is not null || known.ETag == default))
                await AppendAsync(file, ticks, bytes, cancel);
            else
                await StoreWholeAsync(file, ticks, bytes, cancel);
        }
    }

    // What storage holds of the file is noted after each call, so that a failure in between costs nothing but the call that failed.
    private async Task AppendAsync(string file, long ticks, long bytes, CancellationToken cancel)
    {
        var blob = container.GetAppendBlobClient(BlobPaths.TrainingFile(id, file));
        await using var content = Open(file);
        var known = _known.GetValueOrDefault(file);
        while (true)
        {
            try
            {
                if (known.ETag == default || known.Bytes > bytes || (known.Blocks >= maxBlocks && known.Bytes < bytes))
                {
                    // Once it is emptied, it is filled again before anybody's wish to stop is heard.
                    if (known.ETag != default)
                        cancel = CancellationToken.None;
                    var over = Over(known);
                    BlobContentInfo made = await blob.CreateAsync(
                        new AppendBlobCreateOptions
                        {
                            Conditions = new AppendBlobRequestConditions { IfMatch = over.IfMatch, IfNoneMatch = over.IfNoneMatch },
                            HttpHeaders = new BlobHttpHeaders { ContentType = ContentType(file) },
                            Metadata = _metadata,
                        },
                        cancel
                    );
                    _known[file] = known = new Known(made.ETag, 0, 0, 0);
                }

                while (known.Bytes < bytes)
                {
                    var block = new byte[Math.Min(BlockBytes, bytes - known.Bytes)];
                    content.Seek(known.Bytes, SeekOrigin.Begin);
                    await content.ReadExactlyAsync(block, cancel);
                    BlobAppendInfo appended = await blob.AppendBlockAsync(
                        new MemoryStream(block),
                        new AppendBlobAppendBlockOptions
                        {
                            Conditions = new AppendBlobRequestConditions { IfMatch = known.ETag, IfAppendPositionEqual = known.Bytes },
                        },
                        cancel
                    );
                    _known[file] = known = new Known(appended.ETag, 0, known.Bytes + block.Length, appended.BlobCommittedBlockCount);
                }

                _known[file] = known with { Ticks = ticks };
                return;
            }
            catch (RequestFailedException e) when (e.Status is 409 or 412)
            {
                if (!await isOurs(cancel))
                    throw new OvertakenException();

                // Either this worker's own call came through and its answer did not: it goes on where storage is. Or an earlier worker's
                // first call came after this one took over: this one's word counts, and nothing of that is kept.
                BlobProperties found = await blob.GetPropertiesAsync(cancellationToken: cancel);
                var ours = found.Metadata.TryGetValue(Attempt, out var attempt) && attempt == _metadata[Attempt];
                _known[file] = known = new Known(found.ETag, 0, ours ? found.ContentLength : long.MaxValue, BlocksOf(found));
                if (known.Blocks is null)
                {
                    await StoreWholeAsync(file, ticks, bytes, cancel);
                    return;
                }
            }
        }
    }

    private async Task StoreWholeAsync(string file, long ticks, long bytes, CancellationToken cancel)
    {
        var known = _known.GetValueOrDefault(file);
        while (true)
        {
            try
            {
                await using var content = Open(file);
                var options = new BlobUploadOptions
                {
                    Conditions = Over(known),
                    HttpHeaders = new BlobHttpHeaders { ContentType = ContentType(file) },
                };
                BlobContentInfo stored = await Blob(file).UploadAsync(await AsItIsAsync(file, content, cancel), options, cancel);
                _known[file] = new Known(stored.ETag, ticks, bytes, null);
                return;
            }
            catch (RequestFailedException e) when (e.Status is 409 or 412)
            {
                if (!await isOurs(cancel))
                    throw new OvertakenException();

                // An earlier worker's last call came through after this one took over: this one's word counts.
                known = known with { ETag = (await Blob(file).GetPropertiesAsync(cancellationToken: cancel)).Value.ETag };
            }
        }
    }

    // What is appended to while it is read is stored as long as it was at the start; checkpoints are renamed into place whole.
    private static async Task<Stream> AsItIsAsync(string file, FileStream content, CancellationToken cancel)
    {
        if (Path.GetExtension(file) == ".safetensors")
            return content;
        var bytes = new byte[content.Length];
        await content.ReadExactlyAsync(bytes, cancel);
        return new MemoryStream(bytes);
    }

    private static string ContentType(string file) =>
        Path.GetExtension(file) switch
        {
            ".png" => "image/png",
            ".txt" => "text/plain; charset=utf-8",
            ".jsonl" => "application/jsonl",
            _ => "application/octet-stream",
        };

    private static BlobRequestConditions Over(Known known) =>
        known.ETag == default ? new BlobRequestConditions { IfNoneMatch = ETag.All } : new BlobRequestConditions { IfMatch = known.ETag };

    private static int? BlocksOf(BlobProperties found) => found.BlobType == BlobType.Append ? found.BlobCommittedBlockCount : null;

    private static (long Ticks, long Bytes) Stamp(string path) =>
        new FileInfo(path) is { Exists: true } file ? (file.LastWriteTimeUtc.Ticks, file.Length) : default;

    private FileStream Open(string file) =>
        new(Path.Combine(folder, file), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    private BlobClient Blob(string file) => container.GetBlobClient(BlobPaths.TrainingFile(id, file));

    /// <summary>What storage holds of a file.</summary>
    /// <param name="Ticks">The file's time when all of it was stored; 0: a part of it.</param>
    /// <param name="Bytes">How much of the file.</param>
    /// <param name="Blocks">Of an append blob; null: it is none.</param>
    private readonly record struct Known(ETag ETag, long Ticks, long Bytes, int? Blocks);
}
