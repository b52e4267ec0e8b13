using Microsoft.AspNetCore.Http;
using RoadSeg.Errors;
using RoadSeg.Functions.Jobs;
using RoadSeg.Functions.Submissions;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Submissions;

/// <summary>A photo in a request body: what is stored in which order, and what a repeated request finds.</summary>
public sealed class JobSubmissionTests(StorageFixture storage) : IAsyncLifetime
{
    private readonly string _caller = "key-" + Guid.NewGuid().ToString("N")[..16];
    private readonly string _key = Guid.NewGuid().ToString();
    private InProcess _worker = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _worker = await InProcess.StartAsync(storage, null, null, ("ROADSEG_WEBHOOK_SECRETS", "whsec_" + Convert.ToBase64String(new byte[24])));

    public ValueTask DisposeAsync() => _worker.DisposeAsync();

    [Fact]
    public async Task A_photo_is_stored_and_its_own_line_hears_of_it()
    {
        var model = _worker.Bundled.Manifest.Name;

        var job = (await SubmitAsync(null, WorkLane.Bulk, $"model={model}&tag=route:7&webhook=https://hooks.example.com/a")).Value;

        Assert.Equal((JobState.AwaitingUpload, _caller, "photo.png", WorkLane.Bulk), (job.State, job.Caller, job.Source.FileName, job.Lane));
        Assert.Equal((model, "7", "https://hooks.example.com/a"), (job.Model, job.Tags!["route"], job.Webhook!.Url));
        var created = BlobCreatedEvent.TryParse(Assert.Single(await _worker.InQueueAsync(Queues.UploadsBulk)))!;
        var stored = storage.Blobs.GetBlobContainerClient(Containers.Submitted).GetBlobClient(BlobPaths.Upload(job.Id));
        Assert.Equal(TinyPackages.RedPhoto(), (await stored.DownloadContentAsync(Cancel)).Value.Content.ToArray());
        Assert.Equal((Containers.Submitted, BlobPaths.Upload(job.Id)), (created.Container, created.Path));
        Assert.Equal(((await stored.GetPropertiesAsync(cancellationToken: Cancel)).Value.ETag.ToString().Trim('"'), (long)TinyPackages.RedPhoto().Length), (created.Data.ETag, created.Data.ContentLength));
        Assert.NotNull(created.At);
    }

    // The fault: twenty photos of 100 megapixels kept another caller's waiting for more than a minute.
    [Theory]
    [InlineData(6000, 4200, WorkLane.Bulk, Queues.UploadsBulk)]
    [InlineData(5000, 5000, WorkLane.Interactive, Queues.UploadsCreated)]
    public async Task A_heavy_photo_joins_the_bulk_line_whoever_sends_it(int width, int height, WorkLane lane, string queue)
    {
        var photo = PhotoEncoder.Png(new RgbImage(width, height, new byte[3 * width * height]));

        var job = (await SubmitAsync(null, WorkLane.Interactive, file: photo)).Value;

        Assert.Equal(lane, job.Lane);
        Assert.Equal(BlobPaths.Upload(job.Id), BlobCreatedEvent.TryParse(Assert.Single(await _worker.InQueueAsync(queue)))!.Path);
    }

    [Fact]
    public async Task The_same_request_under_one_key_gets_the_same_job_and_another_request_none()
    {
        var first = await SubmitAsync(_key, null);
        await _worker.Others.TryMoveAsync(first.Value.Id, JobState.Received, record => record, Cancel);

        var second = await SubmitAsync(_key, null);

        Assert.Equal((first.Value.Id, JobState.Received), (second.Value.Id, second.Value.State));
        Assert.Single(await _worker.InQueueAsync(Queues.UploadsCreated));
        Assert.Equal(
            ErrorCodes.IdempotencyConflict,
            (await Assert.ThrowsAsync<RoadSegException>(() => SubmitAsync(_key, null, "webhook=https://hooks.example.com/a"))).Code);
        Assert.NotEqual(first.Value.Id, (await SubmitAsync(null, WorkLane.Interactive)).Value.Id);
    }

    [Theory]
    [InlineData(Containers.Jobs)]
    [InlineData(Containers.Submitted)]
    public async Task What_a_request_left_undone_that_died_is_done_by_the_same_request(string container)
    {
        _worker.Faults.Fails = (method, path) => method == "PUT" && path.StartsWith(container + "/", StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<Exception>(() => SubmitAsync(_key, null));
        Assert.Empty(await _worker.InQueueAsync(Queues.UploadsCreated));
        _worker.Faults.Fails = static (_, _) => false;

        var job = await SubmitAsync(_key, null);

        var created = BlobCreatedEvent.TryParse(Assert.Single(await _worker.InQueueAsync(Queues.UploadsCreated)))!;
        Assert.Equal(BlobPaths.Upload(job.Value.Id), created.Path);
        Assert.True(await storage.Blobs.GetBlobContainerClient(Containers.Submitted).GetBlobClient(created.Path).ExistsAsync(Cancel));
    }

    [Fact]
    public async Task A_photo_that_is_stored_already_is_not_stored_over_and_is_told_of_by_its_version()
    {
        var first = await SubmitAsync(_key, null);
        await _worker.Queues.GetQueueClient(Queues.UploadsCreated).ClearMessagesAsync(Cancel);
        var blob = storage.Blobs.GetBlobContainerClient(Containers.Submitted).GetBlobClient(BlobPaths.Upload(first.Value.Id));
        var version = (await blob.GetPropertiesAsync(cancellationToken: Cancel)).Value.ETag;

        await SubmitAsync(_key, null);

        Assert.Equal(version, (await blob.GetPropertiesAsync(cancellationToken: Cancel)).Value.ETag);
        Assert.Equal(version.ToString().Trim('"'), BlobCreatedEvent.TryParse(Assert.Single(await _worker.InQueueAsync(Queues.UploadsCreated)))!.Data.ETag);
    }

    [Fact]
    public async Task A_photo_that_cannot_be_segmented_is_refused_before_anything_is_stored()
    {
        var refused = await Assert.ThrowsAsync<RoadSegException>(() => SubmitAsync(_key, null, file: "not a photo"u8.ToArray()));

        Assert.Equal(ErrorCodes.ImageFormatUnsupported, refused.Code);
        Assert.NotNull(await SubmitAsync(_key, null));
    }

    private async Task<Stored<JobRecord>> SubmitAsync(string? key, WorkLane? line, string options = "", byte[]? file = null)
    {
        var photo = file ?? TinyPackages.RedPhoto();
        using var body = new MemoryStream(photo);
        var request = new DefaultHttpContext().Request;
        (request.Method, request.ContentType, request.ContentLength, request.Body) = ("POST", "image/png", photo.Length, body);
        request.QueryString = new QueryString($"?fileName=photo.png&{options}");
        return await _worker.Get<JobSubmission>().SubmitAsync(request, _caller, line, key, Cancel);
    }
}
