using Azure;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using RoadSeg.Datasets;
using RoadSeg.Errors;
using RoadSeg.Functions.Datasets;
using RoadSeg.Functions.Jobs;
using RoadSeg.Functions.Submissions;
using RoadSeg.Functions.Segmentation;
using RoadSeg.Functions.Storage;
using RoadSeg.Functions.Uploads;
using RoadSeg.Jobs;
using RoadSeg.Registry;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Storage;

/// <summary>Storage that refuses a call, as it does for a role that was taken away: neither a conflict nor something that is missing. It is told
/// as it is, nothing is decided by it, and the same request or message goes on when storage answers again.</summary>
public sealed class RefusedStorageTests(StorageFixture storage) : IAsyncLifetime
{
    private InProcess _worker = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _worker = await InProcess.StartAsync(storage);

    public async ValueTask DisposeAsync()
    {
        _worker.Faults.Refuses = static (_, _) => false;
        await _worker.DisposeAsync();
    }

    [Fact]
    public async Task A_failure_of_storage_while_a_key_is_claimed_is_told_and_takes_nothing()
    {
        var (key, id) = (Guid.NewGuid().ToString(), WorkId.New(TimeProvider.System));
        var keys = _worker.Get<IdempotencyKeys>();
        Refuse("PUT", Containers.IdempotencyKeys);
        await RefusedAsync(() => keys.ClaimAsync("a", key, "one", id, Cancel));

        Refuse("GET", Containers.IdempotencyKeys);
        await RefusedAsync(() => keys.FindAsync("a", key, "one", Cancel));

        RefuseNothing();
        Assert.Null(await keys.FindAsync("a", key, "one", Cancel));
        Assert.Equal(id, await keys.ClaimAsync("a", key, "two", id, Cancel));
    }

    [Fact]
    public async Task A_failure_of_storage_while_a_photo_is_stored_is_told_and_its_line_does_not_hear_of_it()
    {
        Refuse("PUT", Containers.Submitted);
        await RefusedAsync(SubmitAsync);
        Assert.Empty(await _worker.InQueueAsync(Queues.UploadsCreated));

        RefuseNothing();
        await SubmitAsync();
        Assert.Single(await _worker.InQueueAsync(Queues.UploadsCreated));
    }

    [Theory]
    [InlineData("HEAD")]
    [InlineData("GET")]
    public async Task A_photo_that_storage_does_not_show_fails_no_job_and_is_prepared_when_it_does(string method)
    {
        var job = await _worker.IssuedAsync();
        var created = await _worker.PutAsync(job.Source.Path, TinyPackages.RedPhoto());
        Refuse(method, Containers.Uploads);
        await RefusedAsync(PrepareAsync);
        Assert.Equal(JobState.AwaitingUpload, (await _worker.JobAsync(job.Id)).State);

        RefuseNothing();
        await PrepareAsync();
        Assert.Equal(JobState.Queued, (await _worker.JobAsync(job.Id)).State);

        Task PrepareAsync() => _worker.Function<PreprocessUpload>().InteractiveAsync(InProcess.Message(created), Cancel);
    }

    [Fact]
    public async Task A_prepared_photo_that_storage_does_not_show_fails_no_job_and_is_segmented_when_it_does()
    {
        var job = await _worker.IssuedAsync();
        var created = await _worker.PutAsync(job.Source.Path, TinyPackages.RedPhoto());
        await _worker.Function<PreprocessUpload>().InteractiveAsync(InProcess.Message(created), Cancel);
        var message = InProcess.Message(await _worker.SegmentationAsync());
        Refuse("GET", Containers.Work);
        await RefusedAsync(SegmentAsync);
        Assert.Equal((JobState.Running, 1), ((await _worker.JobAsync(job.Id)).State, (await _worker.JobAsync(job.Id)).Attempt));

        RefuseNothing();
        await SegmentAsync();
        Assert.Equal((JobState.Succeeded, 2), ((await _worker.JobAsync(job.Id)).State, (await _worker.JobAsync(job.Id)).Attempt));

        Task SegmentAsync() => _worker.Function<SegmentImage>().RunAsync(message, Cancel);
    }

    [Fact]
    public async Task A_photo_that_nobody_wants_and_that_cannot_be_deleted_is_told()
    {
        var job = await _worker.IssuedAsync();
        var created = await _worker.PutAsync(job.Source.Path, TinyPackages.RedPhoto());
        var canceled = (await _worker.Others.TryMoveAsync(job.Id, JobState.Canceled, record => record, Cancel)).Document!.Value;
        Refuse("DELETE", Containers.Uploads);
        await RefusedAsync(() => UnwantedPhoto.DeleteAsync(_worker.Blobs, canceled, Cancel));

        // Its event comes again, so that it is deleted after all.
        await RefusedAsync(PrepareAsync);
        RefuseNothing();
        await PrepareAsync();
        Assert.False(await storage.Blobs.GetBlobContainerClient(Containers.Uploads).GetBlobClient(job.Source.Path).ExistsAsync(Cancel));

        Task PrepareAsync() => _worker.Function<PreprocessUpload>().InteractiveAsync(InProcess.Message(created), Cancel);
    }

    [Fact]
    public async Task A_description_that_storage_does_not_show_is_not_taken_for_one_that_is_gone()
    {
        var name = $"set-{Guid.NewGuid():N}"[..20];
        var created = await _worker.PutAsync(BlobPaths.DatasetSpec(name), "{}"u8.ToArray(), Containers.Datasets);
        var message = InProcess.Message(created);
        var claim = new DatasetClaim(_worker.Blobs, _worker.Get<DatasetStore>(), TimeProvider.System, NullLogger<DatasetClaim>.Instance);
        Refuse("HEAD", Containers.Datasets);
        await RefusedAsync(() => claim.TakeAsync(name, created, message, Cancel));

        // Nor is a drop refused whose description could not be read just then.
        Refuse("GET", Containers.Datasets);
        await RefusedAsync(CheckAsync);
        Assert.Equal(DatasetState.Checking, (await _worker.Get<DatasetStore>().FindAsync(name, Cancel))!.Value.State);

        // Nor ended without a report of why.
        var report = $"{Containers.Curated}/{name}/failed/";
        _worker.Faults.Refuses = (method, path) => method == "PUT" && path.StartsWith(report, StringComparison.Ordinal);
        await RefusedAsync(CheckAsync);
        Assert.Equal(DatasetState.Checking, (await _worker.Get<DatasetStore>().FindAsync(name, Cancel))!.Value.State);

        RefuseNothing();
        await CheckAsync();
        Assert.Equal(DatasetState.Failed, (await _worker.Get<DatasetStore>().FindAsync(name, Cancel))!.Value.State);

        Task CheckAsync() => _worker.Function<IngestDataset>().RunAsync(message, Cancel);
    }

    [Fact]
    public async Task A_package_that_storage_does_not_take_is_no_version_and_one_that_it_does_not_show_is_not_lost()
    {
        using var folder = new TempFolder();
        var package = TinyPackages.Write(folder["package"], $"m{Guid.NewGuid():N}"[..13], 1);
        var (name, version) = (package.Manifest.Name, package.Manifest.Version);
        var registry = _worker.Get<ModelRegistry>();
        Refuse("PUT", Containers.Models);
        await RefusedAsync(() => registry.PublishAsync(package, "test", null, null, Cancel));

        RefuseNothing();
        await registry.PublishAsync(package, "test", null, null, Cancel);
        _worker.Faults.Refuses = (method, path) => method == "GET" && path.Contains($"/{version}/", StringComparison.Ordinal);
        var shown = await Assert.ThrowsAsync<RoadSegException>(() => registry.ManifestAsync(name, version, Cancel));
        var down = await Assert.ThrowsAsync<RoadSegException>(() => registry.DownloadAsync(name, version, folder["cache"], Cancel));
        Assert.Equal((ErrorCodes.StorageUnavailable, ErrorCodes.StorageUnavailable), (shown.Code, down.Code));
    }

    [Fact]
    public async Task A_page_that_storage_does_not_show_is_not_taken_for_one_of_a_foreign_place()
    {
        for (var i = 0; i < 2; i++)
            await _worker.IssuedAsync();
        var list = _worker.Get<JobList>();
        var (_, next) = await list.PageAsync(Callers.Local, new JobSearch(), null, 1, Cancel);
        _worker.Faults.Refuses = static (method, path) => method == "GET" && path == Containers.JobsIndex;

        await RefusedAsync(() => list.PageAsync(Callers.Local, new JobSearch(), next, 1, Cancel));
    }

    [Fact]
    public async Task A_folder_of_which_a_blob_cannot_be_deleted_is_told_and_not_taken_for_one_that_was_written_meanwhile()
    {
        var prefix = $"m{Guid.NewGuid():N}/1/";
        var models = _worker.Blobs.GetBlobContainerClient(Containers.Models);
        foreach (var file in (string[])["manifest.json", "model.onnx"])
            await models.GetBlobClient(prefix + file).UploadAsync(BinaryData.FromString("x"), Cancel);
        var folder = await BlobFolder.ListAsync(models, prefix, Cancel);
        Refuse("DELETE", Containers.Models);
        await RefusedAsync(() => folder.DeleteAsync("manifest.json", last: false, Cancel));

        RefuseNothing();
        Assert.Equal(2, await folder.DeleteAsync("manifest.json", last: false, Cancel));
    }

    private void Refuse(string method, string container) =>
        _worker.Faults.Refuses = (asked, path) => asked == method && path.StartsWith(container + "/", StringComparison.Ordinal);

    private void RefuseNothing() => _worker.Faults.Refuses = static (_, _) => false;

    private static async Task RefusedAsync(Func<Task> call)
    {
        var refused = await Assert.ThrowsAsync<RequestFailedException>(() => call().WaitAsync(TimeSpan.FromMinutes(1), Cancel));
        Assert.Equal(403, refused.Status);
    }

    private async Task SubmitAsync()
    {
        var photo = TinyPackages.RedPhoto();
        using var body = new MemoryStream(photo);
        var request = new DefaultHttpContext().Request;
        (request.Method, request.ContentType, request.ContentLength, request.Body) = ("POST", "image/png", photo.Length, body);
        await _worker.Get<JobSubmission>().SubmitAsync(request, Callers.Local, WorkLane.Interactive, null, Cancel);
    }
}
