using System.Runtime.CompilerServices;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using RoadSeg.Errors;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Trainer.Publishing;
using RoadSeg.Work;

namespace RoadSeg.Trainer.Work;

/// <summary>The newest photos of a deployment whose jobs succeeded and that are still kept, of all callers together.</summary>
/// <param name="count">At most so many.</param>
internal sealed class RecentPhotos(StorageAccount storage, TimeProvider time, int count)
{
    // Of each caller, more entries than photos are looked at: some have no result or no photo any more.
    private const int EntriesPerPhoto = 4;
    private const int IdLength = 26;

    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    private readonly BlobServiceClient _blobs = storage.Blobs;
    private readonly JobStore _jobs = new(storage.Blobs, storage.Queues, time);

    /// <summary>Them, the newest first; one at a time is held.</summary>
    public async IAsyncEnumerable<RecentPhoto> ReadAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        var given = 0;
        foreach (var id in await NewestAsync(cancel))
        {
            if (given == count)
                yield break;
            if (await PhotoAsync(id, cancel) is not { } photo)
                continue;
            given++;
            yield return new RecentPhoto(id, photo);
        }
    }

    // Records and entries of a caller sort newest first by name; the part after the caller sorts those of all.
    private async Task<IEnumerable<WorkId>> NewestAsync(CancellationToken cancel)
    {
        var entries = new List<string>();
        var now = BlobPaths.NewestFirst(time.GetUtcNow() + ClockSkew);
        await AddAsync(_blobs.GetBlobContainerClient(Containers.Jobs), BlobPaths.JobPartitions);
        await AddAsync(_blobs.GetBlobContainerClient(Containers.JobsIndex), "");
        return entries
            .Order(StringComparer.Ordinal)
            .Select(name => WorkId.TryParse(name[^Math.Min(IdLength, name.Length)..], out var id) ? id : (WorkId?)null)
            .OfType<WorkId>()
            .Distinct()
            .Take(count * EntriesPerPhoto);

        async Task AddAsync(BlobContainerClient container, string prefix)
        {
            await foreach (var caller in container.GetBlobsByHierarchyAsync(BlobTraits.None, BlobStates.None, "/", prefix, cancel))
            {
                if (!caller.IsPrefix)
                    continue;
                await foreach (
                    var entry in container
                        .GetBlobsAsync(BlobTraits.None, BlobStates.None, caller.Prefix, cancel)
                        .Take(count * EntriesPerPhoto)
                )
                {
                    // A drop's hash that looks like a time of the future: its entry in the index has its own.
                    var name = Path.GetFileNameWithoutExtension(entry.Name[caller.Prefix.Length..]);
                    if (string.CompareOrdinal(name, now) >= 0)
                        entries.Add(name);
                }
            }
        }
    }

    private async Task<byte[]?> PhotoAsync(WorkId id, CancellationToken cancel)
    {
        try
        {
            if (await _jobs.FindAsync(id, cancel) is not { Value: { State: JobState.Succeeded, ErasedAt: null, Shown: { } source } })
                return null;

            // Addresses are normalised on their way to storage: such a name would read another blob.
            if (source.Path.Split('/', '\\').Any(segment => segment is "." or ".."))
                return null;
            var version = source.ETag is { Length: > 0 } etag ? new BlobRequestConditions { IfMatch = new ETag($"\"{etag}\"") } : null;
            var photo = (
                await _blobs
                    .GetBlobContainerClient(source.Container)
                    .GetBlobClient(source.Path)
                    .WithSnapshot(source.Snapshot)
                    .DownloadContentAsync(new BlobDownloadOptions { Conditions = version }, cancel)
            ).Value.Content.ToArray();
            ImageProbe.Read(photo, ImageLimits.Default);
            return photo;
        }
        catch (Exception e) when (e is RequestFailedException { Status: 404 or 412 } or JsonException or RoadSegException)
        {
            // Deleted or replaced meanwhile, or beyond what this worker reads: the next one.
            return null;
        }
    }
}
