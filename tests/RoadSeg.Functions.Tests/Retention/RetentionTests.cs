using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Specialized;
using Azure.Storage.Queues;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using RoadSeg.Functions.Jobs;
using RoadSeg.Functions.Retention;
using RoadSeg.Functions.Uploads;
using RoadSeg.Functions.Work;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Retention;

/// <summary>What is deleted, what is not yet, and whose lost event is sent. A storage of its own: these tests delete from every container.</summary>
public sealed class RetentionTests : IAsyncLifetime
{
    private readonly WorkId _id = WorkId.New(TimeProvider.System);
    private readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();
    private readonly StorageFixture _own = new();
    private BlobServiceClient _blobs = null!;
    private QueueServiceClient _queues = null!;
    private (string Container, string Path)[] _written = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _own.InitializeAsync();
        (_blobs, _queues) = (_own.Blobs, _own.Queues);
        _written =
        [
            (Containers.Uploads, BlobPaths.Upload(_id)), (Containers.Submitted, BlobPaths.Upload(_id)), (Containers.Work, BlobPaths.WorkInput(_id)), (Containers.Results, BlobPaths.Result(_id, 1, ResultFiles.Mask)),
            (Containers.Jobs, BlobPaths.Job(_id)), (Containers.JobsIndex, BlobPaths.IndexedJob(Callers.Local, _now, _id)), (Containers.IdempotencyKeys, BlobPaths.IdempotencyKey(Callers.Local, "k")),
            (Containers.Trainings, BlobPaths.TrainingFile(_id, TrainingFiles.Last)),
        ];
        foreach (var (container, path) in _written)
        {
            await _blobs.GetBlobContainerClient(container).GetBlobClient(path).UploadAsync(BinaryData.FromString("x"), Cancel);
        }

    }

    public ValueTask DisposeAsync() => _own.DisposeAsync();

    [Fact]
    public async Task Photos_go_first_then_results_a_day_later_what_tells_of_them_and_training_runs_last()
    {
        async Task<string[]> LeftAfterAsync(double days)
        {
            await RunAsync(new FakeTimeProvider(_now.AddDays(days)));
            return await LeftAsync();
        }

        Assert.Equal(8, (await LeftAfterAsync(0.5)).Length);
        Assert.Equal([Containers.Uploads, Containers.Submitted, Containers.Results, Containers.Jobs, Containers.JobsIndex, Containers.IdempotencyKeys, Containers.Trainings], await LeftAfterAsync(2));
        Assert.Equal([Containers.Results, Containers.Jobs, Containers.JobsIndex, Containers.IdempotencyKeys, Containers.Trainings], await LeftAfterAsync(8));
        Assert.Equal([Containers.Jobs, Containers.JobsIndex, Containers.IdempotencyKeys, Containers.Trainings], await LeftAfterAsync(30.5));
        Assert.Equal([Containers.Trainings], await LeftAfterAsync(31.5));
        Assert.Empty(await LeftAfterAsync(90.5));
    }

    [Fact]
    public async Task A_photo_with_a_snapshot_goes_and_one_under_lease_keeps_no_other_from_going()
    {
        var uploads = _blobs.GetBlobContainerClient(Containers.Uploads);
        await uploads.GetBlobClient(BlobPaths.Upload(_id)).CreateSnapshotAsync(cancellationToken: Cancel);
        var leased = uploads.GetBlobClient("0/leased.jpg");
        await leased.UploadAsync(BinaryData.FromString("x"), Cancel);
        await leased.GetBlobLeaseClient().AcquireAsync(TimeSpan.FromSeconds(-1), cancellationToken: Cancel);

        await RunAsync(new FakeTimeProvider(_now.AddDays(91)));

        Assert.Empty(await LeftAsync());
        Assert.True(await leased.ExistsAsync(Cancel));
    }

    [Fact]
    public async Task A_container_that_takes_all_the_time_or_cannot_be_listed_keeps_no_other_from_its_turn_for_good()
    {
        // Never listed to its end: the pass is over in the middle of it.
        var time = new FakeTimeProvider(_now.AddDays(91));
        var options = new BlobClientOptions();
        options.AddPolicy(new EndlessList(Containers.Results, time), HttpPipelinePosition.PerCall);
        var slow = new BlobServiceClient(_own.ConnectionString, options);
        await _blobs.DeleteBlobContainerAsync(Containers.Submitted, cancellationToken: Cancel);

        for (var pass = 0; pass < 9; pass++)
        {
            var began = time.GetUtcNow();
            await RunAsync(time, slow);
            time.SetUtcNow(began.AddHours(1));
        }

        Assert.Equal([Containers.Results], await LeftAsync());
    }

    [Fact]
    public async Task The_lost_event_of_a_bare_drop_is_sent_within_two_passes_and_of_no_other_photo()
    {
        var time = new FakeTimeProvider(_now);
        var jobs = new JobStore(_blobs, _queues, time);
        var line = _queues.GetQueueClient(Queues.UploadsCreated);
        var uploads = _blobs.GetBlobContainerClient(Containers.Uploads);
        await _blobs.GetBlobContainerClient(Containers.Jobs).DeleteBlobAsync(BlobPaths.Job(_id), cancellationToken: Cancel);
        await jobs.CreateAsync(Record(_id, BlobPaths.Upload(_id)), Cancel);
        var taken = (await uploads.GetBlobClient("a/taken.jpg").UploadAsync(BinaryData.FromString("x"), Cancel)).Value.ETag;
        await jobs.CreateAsync(Record(WorkId.ForDrop(Containers.Uploads, "a/taken.jpg", taken.ToString()), "a/taken.jpg"), Cancel);
        var lost = (await uploads.GetBlobClient("a/lost ä.jpg").UploadAsync(BinaryData.FromString("xy"), Cancel)).Value.ETag;

        // Too young: its event may be on its way.
        await RunAsync(time);
        time.SetUtcNow(_now.AddMinutes(10));
        await RunAsync(time);
        Assert.Empty((await line.PeekMessagesAsync(32, Cancel)).Value);

        time.SetUtcNow(_now.AddHours(1));
        await RunAsync(time);
        var sent = BlobCreatedEvent.TryParse(Assert.Single((await line.PeekMessagesAsync(32, Cancel)).Value).Body.ToMemory().Span)!;
        Assert.Equal((Containers.Uploads, "a/lost ä.jpg", lost.ToString().Trim('"'), 2L), (sent.Container, sent.Path, sent.Data.ETag, sent.Data.ContentLength));

        // Once its event is handled it has a record.
        await line.ClearMessagesAsync(Cancel);
        await jobs.CreateAsync(Record(WorkId.ForDrop(sent.Container, sent.Path, sent.Data.ETag!), sent.Path), Cancel);
        time.SetUtcNow(_now.AddHours(2));
        await RunAsync(time);
        Assert.Empty((await line.PeekMessagesAsync(32, Cancel)).Value);
    }

    // "After a photo of too many bytes was refused and deleted, a second PUT with the same key stays for days": its event may be lost too.
    [Fact]
    public async Task What_lies_at_an_ended_jobs_address_and_is_not_its_photo_goes_within_two_passes()
    {
        var time = new FakeTimeProvider(_now);
        var jobs = new JobStore(_blobs, _queues, time);
        var uploads = _blobs.GetBlobContainerClient(Containers.Uploads);
        var (second, kept) = (WorkId.New(TimeProvider.System), WorkId.New(TimeProvider.System));
        foreach (var id in (WorkId[])[second, kept])
        {
            var etag = (await uploads.GetBlobClient(BlobPaths.Upload(id)).UploadAsync(BinaryData.FromString("x"), Cancel)).Value.ETag.ToString().Trim('"');
            var record = Record(id, BlobPaths.Upload(id)) with { State = JobState.Failed, Upload = new JobUpload(_now) };
            await jobs.CreateAsync(record with { Source = record.Source with { ETag = id == kept ? etag : "0xREFUSED" } }, Cancel);
        }

        time.SetUtcNow(_now.AddHours(1));
        await RunAsync(time);

        Assert.False(await uploads.GetBlobClient(BlobPaths.Upload(second)).ExistsAsync(Cancel));
        Assert.True(await uploads.GetBlobClient(BlobPaths.Upload(kept)).ExistsAsync(Cancel));
    }

    [Fact]
    public async Task A_drop_whose_event_may_wait_behind_a_backlog_is_not_sent_again()
    {
        var time = new FakeTimeProvider(_now.AddHours(1));
        var line = _queues.GetQueueClient(Queues.UploadsBulk);
        await _blobs.GetBlobContainerClient(Containers.Jobs).DeleteBlobAsync(BlobPaths.Job(_id), cancellationToken: Cancel);
        await line.SendMessageAsync("one of those before it", Cancel);
        await RunAsync(time);
        Assert.Empty((await _queues.GetQueueClient(Queues.UploadsCreated).PeekMessagesAsync(32, Cancel)).Value);

        await line.ClearMessagesAsync(Cancel);
        await RunAsync(time);
        Assert.Single((await _queues.GetQueueClient(Queues.UploadsCreated).PeekMessagesAsync(32, Cancel)).Value);
    }

    private static JobRecord Record(WorkId id, string path) => new()
    {
        Id = id,
        State = JobState.AwaitingUpload,
        Source = new JobSource(Containers.Uploads, path, null, null),
        Times = new JobTimes { CreatedAt = TimeProvider.System.GetUtcNow() },
    };

    private async Task RunAsync(FakeTimeProvider time, BlobServiceClient? blobs = null)
    {
        var gauge = new QueueGauge(_queues, time);
        var options = new WorkOptions();
        var claim = new UploadClaim(new JobStore(_blobs, _queues, time), new Admission(_blobs, gauge, options, time), time, NullLogger<UploadClaim>.Instance);
        await new RetentionPass(blobs ?? _blobs, _queues, claim, gauge, options, time, NullLogger<RetentionPass>.Instance).RunAsync(Cancel);
    }

    private async Task<string[]> LeftAsync()
    {
        var left = new List<string>();
        foreach (var (container, path) in _written)
        {
            if (await _blobs.GetBlobContainerClient(container).GetBlobClient(path).ExistsAsync(Cancel))
                left.Add(container);
        }

        return [.. left];
    }

    private sealed class EndlessList(string container, FakeTimeProvider time) : HttpPipelineSynchronousPolicy
    {
        public override void OnSendingRequest(HttpMessage message)
        {
            if (message.Request.Uri.ToUri() is { } uri && uri.AbsolutePath.EndsWith("/" + container, StringComparison.Ordinal) && uri.Query.Contains("comp=list", StringComparison.Ordinal))
                time.Advance(TimeSpan.FromMinutes(9));
        }
    }
}
