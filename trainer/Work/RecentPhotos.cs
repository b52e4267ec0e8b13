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
internal sealed class RecentPhotos(BlobServiceClient blobs, int count)
{
    // Of each caller, more entries than photos are looked at: some have no result or no photo any more.
    private const int EntriesPerPhoto = 4;
    private const int IdLength = 26;

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

    // Entries of a caller sort newest first by name; the part after the caller sorts those of all.
    private async Task<IEnumerable<WorkId>> NewestAsync(CancellationToken cancel)
    {
        var index = blobs.GetBlobContainerClient(Containers.JobsIndex);
        var entries = new List<string>();
        await foreach (var caller in index.GetBlobsByHierarchyAsync(BlobTraits.None, BlobStates.None, "/", null, cancel))
        {
            if (!caller.IsPrefix)
                continue;
            await foreach (
                var entry in index.GetBlobsAsync(BlobTraits.None, BlobStates.None, caller.Prefix, cancel).Take(count * EntriesPerPhoto)
            )
                entries.Add(entry.Name[caller.Prefix.Length..]);
        }

        return entries
            .Order(StringComparer.Ordinal)
            .Take(count * EntriesPerPhoto)
            .Select(name => WorkId.TryParse(name[^Math.Min(IdLength, name.Length)..], out var id) ? id : (WorkId?)null)
            .OfType<WorkId>();
    }

    private async Task<byte[]?> PhotoAsync(WorkId id, CancellationToken cancel)
    {
        try
        {
            var record = (await blobs.GetBlobContainerClient(Containers.Jobs).GetBlobClient(BlobPaths.Job(id)).DownloadContentAsync(cancel))
                .Value
                .Content;
            if (JsonSerializer.Deserialize(record.ToMemory().Span, JobJson.Default.JobRecord) is not { State: JobState.Succeeded } job)
                return null;

            // Addresses are normalised on their way to storage: such a name would read another blob.
            if (job.Source.Path.Split('/', '\\').Any(segment => segment is "." or ".."))
                return null;
            var version = job.Source.ETag is { Length: > 0 } etag ? new BlobRequestConditions { IfMatch = new ETag($"\"{etag}\"") } : null;
            var photo = (
                await blobs
                    .GetBlobContainerClient(job.Source.Container)
                    .GetBlobClient(job.Source.Path)
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
