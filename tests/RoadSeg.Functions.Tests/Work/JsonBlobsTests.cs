using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using RoadSeg.Registry;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Work;

/// <summary>Documents under ETag, where storage answers something else than "there is none" and "another was quicker".</summary>
public sealed class JsonBlobsTests(StorageFixture storage)
{
    private static readonly ModelPointer First = new("1", [], []), Second = new("2", [], []);

    private readonly string _path = $"documents-{Guid.NewGuid():N}/a.json";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private JsonBlobs<ModelPointer> Plain => Over(storage.Blobs);

    [Fact]
    public async Task A_write_that_storage_refuses_is_told_and_not_taken_for_anothers()
    {
        var (blobs, faults) = StorageFaults.BlobsOf(storage);
        faults.Refuses = static (method, _) => method == "PUT";
        await RefusedAsync(() => Over(blobs).TryWriteAsync(_path, First, null, Cancel));

        var known = await Plain.TryWriteAsync(_path, First, null, Cancel);
        await RefusedAsync(() => Over(blobs).TryWriteAsync(_path, Second, known!.ETag, Cancel));

        // Or it would be tried again for ever.
        await RefusedAsync(() => Over(blobs).ChangeAsync(_path, static _ => Second, Cancel));
        Assert.Equal("1", (await Plain.FindAsync(_path, Cancel))!.Value.Version);
    }

    [Fact]
    public async Task A_write_of_which_it_cannot_be_seen_whose_it_is_is_told_and_not_taken_for_anothers()
    {
        await Plain.TryWriteAsync(_path, First, null, Cancel);
        var (blobs, faults) = StorageFaults.BlobsOf(storage);
        faults.Refuses = static (method, _) => method == "HEAD";

        await RefusedAsync(() => Over(blobs).TryWriteAsync(_path, Second, null, Cancel));
    }

    [Fact]
    public async Task A_document_that_storage_does_not_show_is_not_taken_for_one_that_is_not_there()
    {
        var known = await Plain.TryWriteAsync(_path, First, null, Cancel);
        var (blobs, faults) = StorageFaults.BlobsOf(storage);
        faults.Refuses = static (_, _) => true;

        await RefusedAsync(() => Over(blobs).FindAsync(_path, Cancel));
        await RefusedAsync(() => Over(blobs).FindAsync(_path, known, Cancel));
        await RefusedAsync(() => Over(blobs).ReadableAsync(_path, static (_, _) => Assert.Fail("It can be read."), Cancel));

        // Nor is a container that is not there an empty one: the deployment lacks it.
        var lost = Over(storage.Blobs, "no-such-container");
        Assert.Equal(404, (await Assert.ThrowsAsync<RequestFailedException>(() => lost.FindAsync(_path, Cancel))).Status);
        Assert.Equal(404, (await Assert.ThrowsAsync<RequestFailedException>(() => lost.FindAsync(_path, known, Cancel))).Status);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{}")]
    public async Task A_document_that_cannot_be_read_is_named(string content)
    {
        await storage.Blobs.GetBlobContainerClient(Containers.Models).GetBlobClient(_path).UploadAsync(BinaryData.FromString(content), Cancel);

        var fault = await Assert.ThrowsAsync<JsonException>(() => Plain.FindAsync(_path, Cancel));

        Assert.StartsWith($"models/{_path} cannot be read: ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_document_that_is_deleted_while_it_is_changed_is_none_any_more_and_does_not_come_back()
    {
        await Plain.TryWriteAsync(_path, First, null, Cancel);
        var asked = 0;

        var change = await Plain.ChangeAsync(_path, _ =>
        {
            asked++;
            storage.Blobs.GetBlobContainerClient(Containers.Models).DeleteBlob(_path, cancellationToken: Cancel);
            return Second;
        }, Cancel);

        Assert.Equal((default, 1), (change, asked));
        Assert.Null(await Plain.FindAsync(_path, Cancel));
    }

    private static JsonBlobs<ModelPointer> Over(BlobServiceClient blobs, string container = Containers.Models) =>
        new(blobs.GetBlobContainerClient(container), RegistryJson.Default.ModelPointer);

    private static async Task RefusedAsync(Func<Task> call)
    {
        var refused = await Assert.ThrowsAsync<RequestFailedException>(() => call().WaitAsync(TimeSpan.FromMinutes(1), Cancel));
        Assert.Equal(403, refused.Status);
    }
}
