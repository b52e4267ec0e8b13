using System.Net;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Results;

/// <summary>HEAD of results.</summary>
public sealed class ResultHeadTests(StorageFixture storage) : IAsyncLifetime
{
    private ApiService _api = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _api = await ApiService.StartAsync(storage);

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Theory]
    [InlineData("overlay", "image/jpeg")]
    [InlineData("overlay?format=webp&width=64", "image/webp")]
    [InlineData("color", "image/png")]
    [InlineData("polygons", "application/json")]
    public async Task Headers_alone_are_answered_without_making_anything(string result, string type)
    {
        // The fault: HEAD rendered the whole overlay. Here nothing could be made: photo and mask are no pictures.
        var id = await SucceededAsync("no mask");

        using var answer = await HeadAsync(id, result);

        Assert.Equal((HttpStatusCode.OK, type), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.NotNull(answer.Headers.ETag);
        Assert.Equal(["bytes"], answer.Headers.AcceptRanges);
        Assert.True(answer.Headers.CacheControl?.Private);
        using var known = new HttpRequestMessage(HttpMethod.Head, $"/v1/jobs/{id}/{result}") { Headers = { IfNoneMatch = { answer.Headers.ETag } } };
        using var again = await _api.Http.SendAsync(known, Cancel);
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
    }

    [Fact]
    public async Task Headers_of_a_stored_file_tell_its_length_and_are_those_of_the_file()
    {
        var id = await SucceededAsync("0123456789");

        using var head = await HeadAsync(id, "mask");
        using var file = await _api.Http.GetAsync(new Uri($"/v1/jobs/{id}/mask", UriKind.Relative), Cancel);

        Assert.Equal((HttpStatusCode.OK, 10), (head.StatusCode, head.Content.Headers.ContentLength));
        Assert.Equal(file.Content.Headers.ToString(), head.Content.Headers.ToString());
        Assert.Equal(file.Headers.ETag, head.Headers.ETag);
        Assert.Equal(file.Headers.CacheControl, head.Headers.CacheControl);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(Cancel));
    }

    [Fact]
    public async Task What_is_gone_is_gone_for_headers_too()
    {
        var id = await SucceededAsync("no mask");
        await storage.Blobs.GetBlobContainerClient(Containers.Uploads).DeleteBlobAsync(BlobPaths.Upload(id), cancellationToken: Cancel);
        using (var overlay = await HeadAsync(id, "overlay"))
            Assert.Equal(HttpStatusCode.Gone, overlay.StatusCode);

        await storage.Blobs.GetBlobContainerClient(Containers.Results).DeleteBlobAsync(BlobPaths.Result(id, 1, ResultFiles.Mask), cancellationToken: Cancel);
        foreach (var result in new[] { "mask", "color", "polygons" })
        {
            using var answer = await HeadAsync(id, result);
            Assert.Equal(HttpStatusCode.Gone, answer.StatusCode);
        }
    }

    private async Task<HttpResponseMessage> HeadAsync(WorkId id, string result)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, $"/v1/jobs/{id}/{result}");
        return await _api.Http.SendAsync(request, Cancel);
    }

    private async Task<WorkId> SucceededAsync(string mask)
    {
        var id = await SucceededJob.CreateAsync(new JobStore(storage.Blobs, storage.Queues, TimeProvider.System));
        await storage.Blobs.GetBlobContainerClient(Containers.Uploads).GetBlobClient(BlobPaths.Upload(id)).UploadAsync(BinaryData.FromString("no photo"), Cancel);
        await storage.Blobs.GetBlobContainerClient(Containers.Results).GetBlobClient(BlobPaths.Result(id, 1, ResultFiles.Mask)).UploadAsync(BinaryData.FromString(mask), Cancel);
        return id;
    }
}
