using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using RoadSeg.Batches;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Batches;

/// <summary>The files of a batch: lists of its photos, and the parts of its manifest. A list counts once the record counts its
/// photos.</summary>
internal sealed class BatchFiles(BlobServiceClient blobs)
{
    private readonly BlobContainerClient _runs = blobs.GetBlobContainerClient(Containers.BatchRuns);

    /// <summary>A list of photos: at most <see cref="BatchItems.OfList"/>, from <paramref name="list"/> times as many on.</summary>
    public async Task<IReadOnlyList<BatchItem>> ListAsync(WorkId batch, int list, CancellationToken cancel) =>
        Lines(
            (await _runs.GetBlobClient(BlobPaths.BatchFile(batch, BatchItems.List(list))).DownloadContentAsync(cancel)).Value.Content,
            BatchJson.Default.BatchItem
        );

    /// <summary>Changes with a list.</summary>
    public async Task<ETag> VersionAsync(WorkId batch, int list, CancellationToken cancel) =>
        (await _runs.GetBlobClient(BlobPaths.BatchFile(batch, BatchItems.List(list))).GetPropertiesAsync(cancellationToken: cancel))
            .Value
            .ETag;

    /// <summary>Writes a list.</summary>
    public Task StoreListAsync(WorkId batch, int list, IEnumerable<BatchItem> items, CancellationToken cancel) =>
        StoreAsync(batch, BatchItems.List(list), items, BatchJson.Plain.BatchItem, null, cancel);

    /// <summary>Deletes all files of a folder of the batch's.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="folder">What their names begin with, with the last slash.</param>
    /// <param name="cancel">Stops between files.</param>
    public async Task DeleteAsync(WorkId batch, string folder, CancellationToken cancel)
    {
        var prefix = BlobPaths.BatchFile(batch, folder);
        await foreach (var blob in _runs.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancel))
            await _runs.DeleteBlobIfExistsAsync(blob.Name, cancellationToken: cancel);
    }

    /// <summary>A list's part of the manifest; null where it is not stored.</summary>
    public async Task<IReadOnlyList<BatchItemView>?> ManifestAsync(WorkId batch, int list, CancellationToken cancel)
    {
        try
        {
            var part = await _runs.GetBlobClient(BlobPaths.BatchFile(batch, BatchItems.Manifest(list))).DownloadContentAsync(cancel);
            return Lines(part.Value.Content, BatchJson.Default.BatchItemView);
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return null;
        }
    }

    /// <summary>Writes a part of the manifest.</summary>
    public Task StoreManifestAsync(WorkId batch, int list, IEnumerable<BatchItemView> items, CancellationToken cancel) =>
        StoreAsync(batch, BatchItems.Manifest(list), items, BatchJson.Plain.BatchItemView, null, cancel);

    /// <summary>Forgets what a batch says of a photo that was erased: its name in the list, and the part of the manifest, which is made
    /// anew when it is asked for. Done twice it changes nothing.</summary>
    public async Task ForgetAsync(BatchPlace place, CancellationToken cancel)
    {
        var (list, at) = Math.DivRem(place.Index, BatchItems.OfList);
        var blob = _runs.GetBlobClient(BlobPaths.BatchFile(place.Batch, BatchItems.List(list)));
        while (true)
        {
            try
            {
                var read = (await blob.DownloadContentAsync(cancel)).Value;
                var items = Lines(read.Content, BatchJson.Default.BatchItem);
                if (at >= items.Count || items[at].IsErased)
                    break;
                var left = items.Select((item, index) => index == at ? new BatchItem() : item);
                await StoreAsync(place.Batch, BatchItems.List(list), left, BatchJson.Plain.BatchItem, read.Details.ETag, cancel);
                break;
            }
            catch (RequestFailedException e) when (e.Status == 412)
            {
                // Another photo of the list was erased meanwhile.
            }
            catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.BlobNotFound)
            {
                break;
            }
        }

        await _runs.DeleteBlobIfExistsAsync(BlobPaths.BatchFile(place.Batch, BatchItems.Manifest(list)), cancellationToken: cancel);
    }

    private async Task StoreAsync<T>(
        WorkId batch,
        string file,
        IEnumerable<T> lines,
        JsonTypeInfo<T> form,
        ETag? known,
        CancellationToken cancel
    )
    {
        using var content = new MemoryStream();
        foreach (var line in lines)
        {
            JsonSerializer.Serialize(content, line, form);
            content.WriteByte((byte)'\n');
        }

        content.Position = 0;
        await _runs
            .GetBlobClient(BlobPaths.BatchFile(batch, file))
            .UploadAsync(
                content,
                new BlobUploadOptions
                {
                    HttpHeaders = new BlobHttpHeaders { ContentType = "application/jsonl" },
                    Conditions = known is { } etag ? new BlobRequestConditions { IfMatch = etag } : null,
                },
                cancel
            );
    }

    private static List<T> Lines<T>(BinaryData content, JsonTypeInfo<T> form)
    {
        var items = new List<T>(BatchItems.OfList);
        for (var left = content.ToMemory().Span; left.IndexOf((byte)'\n') is >= 0 and var end; left = left[(end + 1)..])
            items.Add(JsonSerializer.Deserialize(left[..end], form) ?? throw new JsonException("A line holds null."));
        return items;
    }
}
