using RoadSeg.Functions.Storage;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Specialized;
using RoadSeg.Errors;
using RoadSeg.Functions.Fairness;
using RoadSeg.Functions.Uploads;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Uploads;

/// <summary>What may lie at an upload key's address instead of a photo, and what becomes of it.</summary>
public sealed class UploadPhotoTests(StorageFixture storage)
{
    private readonly WorkId _id = WorkId.New(TimeProvider.System);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private BlobContainerClient Uploads => storage.Blobs.GetBlobContainerClient(Containers.Uploads);

    private BlobClient Photo => Uploads.GetBlobClient(BlobPaths.Upload(_id));

    // "With an upload key an empty PageBlob of 1 TB: the service's own read fills the emulator's memory, the local stack ends."
    [Fact]
    public async Task An_empty_page_blob_of_a_terabyte_is_refused_by_its_length_and_nothing_of_it_is_read()
    {
        var etag = (await Uploads.GetPageBlobClient(BlobPaths.Upload(_id)).CreateAsync(1L << 40, cancellationToken: Cancel)).Value.ETag;

        Assert.Equal((ErrorCodes.ImageTooManyBytes, 0), await RefusedAsync(etag));
    }

    [Fact]
    public async Task Page_and_append_blobs_are_no_photos_and_nothing_of_them_is_read()
    {
        var page = (await Uploads.GetPageBlobClient(BlobPaths.Upload(_id)).CreateAsync(512, cancellationToken: Cancel)).Value.ETag;
        Assert.Equal((ErrorCodes.ImageFormatUnsupported, 0), await RefusedAsync(page));

        await Photo.DeleteAsync(cancellationToken: Cancel);
        var append = (await Uploads.GetAppendBlobClient(BlobPaths.Upload(_id)).CreateAsync(cancellationToken: Cancel)).Value.ETag;
        Assert.Equal((ErrorCodes.ImageFormatUnsupported, 0), await RefusedAsync(append));
    }

    [Fact]
    public async Task A_block_blob_over_the_limit_is_refused_unread_and_one_under_it_is_read()
    {
        var etag = (await Photo.UploadAsync(BinaryData.FromBytes(new byte[5001]), Cancel)).Value.ETag;
        Assert.Equal((ErrorCodes.ImageTooManyBytes, 0), await RefusedAsync(etag));

        var small = (await Photo.UploadAsync(BinaryData.FromBytes(new byte[5000]), overwrite: true, Cancel)).Value.ETag;
        Assert.Equal(5000, (await UploadReader.ReadAsync(storage.Blobs, Source(small), new ImageLimits { MaxBytes = 5000 }, Cancel)).Length);
    }

    [Theory]
    [InlineData("replaced")]
    [InlineData("deleted")]
    [InlineData("refused")]
    public async Task A_photo_whose_reading_breaks_off_gives_its_room_back_and_is_missing_only_where_it_is(string how)
    {
        var photo = new byte[3_000_000];
        var etag = (await Photo.UploadAsync(BinaryData.FromBytes(photo), Cancel)).Value.ETag;
        var files = new FairSlots(photo.Length);
        var broken = new BrokenRead(how switch
        {
            "replaced" => () => Photo.UploadAsync(BinaryData.FromString("another"), overwrite: true, Cancel),
            "deleted" => () => Photo.DeleteAsync(cancellationToken: Cancel),
            _ => null,
        });
        var options = new BlobClientOptions { Retry = { MaxRetries = 0 } };
        options.AddPolicy(broken, HttpPipelinePosition.BeforeTransport);
        var blobs = new BlobServiceClient(storage.ConnectionString, options);

        var failure = await Assert.ThrowsAnyAsync<Exception>(
            () => UploadReader.HoldAsync(blobs, Job(JobState.Received, etag.ToString().Trim('"')), new ImageLimits(), files, long.MaxValue, Cancel));

        Assert.Equal(how == "refused" ? null : ErrorCodes.UploadMissing, (failure as RoadSegException)?.Code);
        Assert.Equal(how == "refused" ? 403 : null, (failure as RequestFailedException)?.Status);
        Assert.Equal(photo.Length, files.Free);
    }

    // "After a photo of too many bytes was refused and deleted, a second PUT with the same key stays for days."
    [Theory]
    [InlineData(JobState.Failed, true, false)]
    [InlineData(JobState.Failed, false, true)]
    [InlineData(JobState.Succeeded, true, false)]
    [InlineData(JobState.Succeeded, false, true)]
    [InlineData(JobState.Canceled, true, true)]
    [InlineData(JobState.Expired, false, true)]
    [InlineData(JobState.Running, false, false)]
    [InlineData(JobState.AwaitingUpload, false, false)]
    public async Task What_lies_at_an_ended_jobs_address_and_is_not_its_photo_is_deleted(JobState state, bool recorded, bool deleted)
    {
        var etag = (await Photo.UploadAsync(BinaryData.FromString("x"), Cancel)).Value.ETag;
        var job = Job(state, recorded ? etag.ToString().Trim('"') : "0x1");

        Assert.Equal(deleted, await UnwantedPhoto.DeleteAsync(storage.Blobs, job, Cancel));

        Assert.Equal(!deleted, await Photo.ExistsAsync(Cancel));
        Assert.False(await UnwantedPhoto.DeleteAsync(storage.Blobs, job, Cancel));
    }

    [Fact]
    public async Task Of_a_job_that_ended_before_a_photo_came_nothing_is_kept_and_a_bare_drop_is_its_owners()
    {
        await Photo.UploadAsync(BinaryData.FromString("x"), Cancel);
        Assert.False(await UnwantedPhoto.DeleteAsync(storage.Blobs, Job(JobState.Failed, "0x1") with { Upload = null }, Cancel));
        Assert.True(await UnwantedPhoto.DeleteAsync(storage.Blobs, Job(JobState.Failed, null), Cancel));
    }

    private JobRecord Job(JobState state, string? etag) => new()
    {
        Id = _id,
        State = state,
        Source = new JobSource(Containers.Uploads, BlobPaths.Upload(_id), etag, null),
        Upload = new JobUpload(TimeProvider.System.GetUtcNow()),
        Times = new JobTimes { CreatedAt = TimeProvider.System.GetUtcNow() },
    };

    private JobSource Source(ETag etag) => new(Containers.Uploads, BlobPaths.Upload(_id), etag.ToString().Trim('"'), null);

    private async Task<(ErrorCode Code, int Reads)> RefusedAsync(ETag etag)
    {
        var reads = new Reads();
        var options = new BlobClientOptions();
        options.AddPolicy(reads, HttpPipelinePosition.PerRetry);
        var blobs = new BlobServiceClient(storage.ConnectionString, options);
        var refused = await Assert.ThrowsAsync<RoadSegException>(() => UploadReader.ReadAsync(blobs, Source(etag), new ImageLimits { MaxBytes = 5000 }, Cancel));
        return (refused.Code, reads.Count);
    }

    // The connection breaks in the middle of a photo, and meanwhile something becomes of it; null: storage refuses to go on.
    private sealed class BrokenRead(Func<Task>? meanwhile) : HttpPipelinePolicy
    {
        private int _reads;

        public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
        {
            if (message.Request.Method == RequestMethod.Get && ++_reads > 1)
            {
                if (meanwhile is null)
                    message.Request.Headers.SetValue("Authorization", "SharedKey devstoreaccount1:" + Convert.ToBase64String(new byte[32]));
                else
                    await meanwhile();
            }

            await ProcessNextAsync(message, pipeline);
            if (_reads == 1 && message.Request.Method == RequestMethod.Get)
                message.Response.ContentStream = new CutStream(message.Response.ContentStream!, 1 << 20, static () => new IOException());
        }

        public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException();
    }

    private sealed class Reads : HttpPipelineSynchronousPolicy
    {
        public int Count { get; private set; }

        public override void OnSendingRequest(HttpMessage message)
        {
            if (message.Request.Method == RequestMethod.Get)
                Count++;
        }
    }
}
