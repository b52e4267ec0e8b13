using System.Text.Json;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using RoadSeg.Functions.Jobs;
using RoadSeg.Functions.Work;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Jobs;

/// <summary>What the sweep sends, and what it leaves alone. A storage of its own: it looks at every live job.</summary>
public sealed class JobSweepTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private readonly StorageFixture _own = new();
    private readonly AwaitedJobs _awaited;
    private BlobServiceClient _blobs = null!;
    private QueueServiceClient _queues = null!;

    public JobSweepTests() => _awaited = new AwaitedJobs(_time);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private JobStore Jobs => new(_blobs, _queues, _time);

    public async ValueTask InitializeAsync()
    {
        await _own.InitializeAsync();
        (_blobs, _queues) = (_own.Blobs, _own.Queues);
    }

    public ValueTask DisposeAsync() => _own.DisposeAsync();

    [Fact]
    public async Task A_record_that_cannot_be_read_keeps_no_other_job_from_its_repair()
    {
        var good = new List<WorkId>();
        for (var i = 0; i < 30; i++)
        {
            good.Add(await LiveAsync(JobState.AwaitingUpload));
            if (i % 10 == 0)
                await _blobs.GetBlobContainerClient(Containers.Jobs).GetBlobClient(BlobPaths.Job(await LiveAsync(JobState.Queued))).UploadAsync(BinaryData.FromString("{ \"state\": 7"), overwrite: true, Cancel);
        }

        _time.Advance(TimeSpan.FromHours(1));
        await SweepAsync();

        foreach (var id in good)
            Assert.Equal(JobState.Expired, (await Jobs.FindAsync(id, Cancel))!.Value.State);
    }

    [Theory]
    [InlineData(JobState.AwaitingUpload, Queues.UploadsBulk)]
    [InlineData(JobState.Received, Queues.UploadsBulk)]
    [InlineData(JobState.Queued, Queues.SegmentationBulk)]
    [InlineData(JobState.Running, Queues.SegmentationBulk)]
    public async Task A_job_behind_a_backlog_is_sent_again_only_once_its_message_must_have_come(JobState state, string name)
    {
        var line = _queues.GetQueueClient(name);
        var id = await LiveAsync(state, WorkLane.Bulk);
        await _blobs.GetBlobContainerClient(Containers.Uploads).GetBlobClient(BlobPaths.Upload(id)).UploadAsync(BinaryData.FromString("photo"), Cancel);
        await line.SendMessageAsync("one of those before it", Cancel);

        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(1, await SweptAsync(line));

        // The line is empty: what waited for this job is gone. It is looked at again after a sixteenth of the time it was awaited for.
        await line.ClearMessagesAsync(Cancel);
        _time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(1, await SweptAsync(line));

        // Its new message waits behind others, for as long as that takes.
        for (var pass = 0; pass < 3; pass++)
        {
            _time.Advance(TimeSpan.FromMinutes(5));
            Assert.Equal(1, await SweptAsync(line));
        }

        await line.ClearMessagesAsync(Cancel);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, await SweptAsync(line));
    }

    /// <summary>Every pass read the records of all that waited: a backlog of 1,000 cost 100 reads a second.</summary>
    [Fact]
    public async Task The_longer_a_job_waits_behind_others_the_less_often_it_is_looked_at()
    {
        var id = await LiveAsync(JobState.Queued, WorkLane.Bulk);
        await _queues.GetQueueClient(Queues.SegmentationBulk).SendMessageAsync("one of those before it", Cancel);
        var looks = 0;
        using var watch = StorageFixture.OnAccessLog(line =>
            looks += line.Contains($"GET /{_blobs.AccountName}/{Containers.Jobs}/{BlobPaths.Job(id)}", StringComparison.Ordinal) ? 1 : 0);
        for (var pass = 0; pass < 6 * 60; pass++)
        {
            _time.Advance(TimeSpan.FromSeconds(10));
            await SweepAsync();
        }

        // Of 360 passes in an hour.
        await Eventually.TrueAsync(() => Task.FromResult(looks > 0), "the looks in the log");
        Assert.InRange(looks, 20, 80);
    }

    [Theory]
    [InlineData(2, true)]
    [InlineData(12, false)]
    public async Task A_marker_without_a_record_is_left_for_ten_minutes_to_who_may_be_about_to_write_it(int minutes, bool stays)
    {
        var marker = _blobs.GetBlobContainerClient(Containers.JobsActive).GetBlobClient(BlobPaths.ActiveJob(Callers.Local, WorkId.New(_time)));
        await marker.UploadAsync(BinaryData.FromString(""), Cancel);

        _time.Advance(TimeSpan.FromMinutes(minutes));
        await SweepAsync();

        Assert.Equal(stays, await marker.ExistsAsync(Cancel));
    }

    [Theory]
    [InlineData(JobState.Received, Queues.UploadsCreated)]
    [InlineData(JobState.Running, Queues.SegmentationJobs)]
    public async Task A_job_whose_owner_did_not_come_back_within_its_lease_loses_it_and_is_sent_again(JobState state, string name)
    {
        var id = await LiveAsync(state);
        var line = _queues.GetQueueClient(name);
        await OwnedAsync(id, "old");

        _time.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal(0, await SweptAsync(line));
        Assert.Equal("old", (await OwnerAsync(id))!.MessageId);

        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(1, await SweptAsync(line));
        Assert.Null(await OwnerAsync(id));

        // Noted, so that a former message that failed has no say any more, and that the new one is not lost which a worker has just taken.
        Assert.Equal(_time.GetUtcNow(), (await Jobs.FindAsync(id, Cancel))!.Value.RepairedAt!.Value, TimeSpan.FromSeconds(1));
        await line.ClearMessagesAsync(Cancel);
        _time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(0, await SweptAsync(line));
        _time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(1, await SweptAsync(line));
    }

    [Theory]
    [InlineData(JobState.Received, Queues.UploadsCreated)]
    [InlineData(JobState.Running, Queues.SegmentationJobs)]
    public async Task A_job_that_gets_a_new_owner_just_before_it_is_disowned_keeps_that_one(JobState state, string name)
    {
        var id = await LiveAsync(state);
        await OwnedAsync(id, "old");
        _time.Advance(TimeSpan.FromMinutes(13));
        var watch = new BeforeFirstWrite(BlobPaths.Job(id), () => OwnedAsync(id, "new").GetAwaiter().GetResult());
        var options = new BlobClientOptions();
        options.AddPolicy(watch, HttpPipelinePosition.PerCall);

        await SweepAsync(new JobStore(new BlobServiceClient(_own.ConnectionString, options), _queues, _time));

        Assert.True(watch.Seen);
        Assert.Equal("new", (await OwnerAsync(id))!.MessageId);
        Assert.Empty((await _queues.GetQueueClient(name).PeekMessagesAsync(32, Cancel)).Value);
    }

    [Fact]
    public async Task The_event_of_a_bulk_job_may_wait_in_the_interactive_line_still()
    {
        var id = await LiveAsync(JobState.AwaitingUpload, WorkLane.Bulk);
        await _blobs.GetBlobContainerClient(Containers.Uploads).GetBlobClient(BlobPaths.Upload(id)).UploadAsync(BinaryData.FromString("photo"), Cancel);
        var interactive = _queues.GetQueueClient(Queues.UploadsCreated);
        var bulk = _queues.GetQueueClient(Queues.UploadsBulk);
        await interactive.SendMessageAsync("the event, or one before it", Cancel);

        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(0, await SweptAsync(bulk));

        await interactive.ClearMessagesAsync(Cancel);
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(1, await SweptAsync(bulk));
    }

    [Fact]
    public async Task The_longer_an_upload_is_awaited_the_less_often_it_is_looked_for_and_it_is_found_all_the_same()
    {
        var id = await LiveAsync(JobState.AwaitingUpload, upload: new JobUpload(_time.GetUtcNow().AddHours(12), true));
        var looks = 0;
        using var watch = StorageFixture.OnAccessLog(line => looks += line.Contains($"HEAD /{_blobs.AccountName}/uploads/{id}", StringComparison.Ordinal) ? 1 : 0);
        for (var pass = 0; pass < 6 * 60; pass++)
        {
            _time.Advance(TimeSpan.FromSeconds(10));
            await SweepAsync();
        }

        // Of 360 passes in an hour.
        await Eventually.TrueAsync(() => Task.FromResult(looks > 0), "the looks in the log");
        Assert.InRange(looks, 20, 80);

        await _blobs.GetBlobContainerClient(Containers.Uploads).GetBlobClient(BlobPaths.Upload(id)).UploadAsync(BinaryData.FromString("photo"), Cancel);
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(1, await SweptAsync(_queues.GetQueueClient(Queues.UploadsCreated)));
    }

    [Theory]
    [InlineData(JobState.Received)]
    [InlineData(JobState.Queued)]
    [InlineData(JobState.Running)]
    public async Task A_job_that_is_a_day_old_and_has_not_ended_fails_and_no_younger_one(JobState state)
    {
        var old = await LiveAsync(state);
        _time.Advance(TimeSpan.FromHours(1));
        var young = await LiveAsync(state);

        _time.Advance(TimeSpan.FromHours(23.5));
        await SweepAsync();

        var failed = (await Jobs.FindAsync(old, Cancel))!.Value;
        Assert.Equal((JobState.Failed, "deadline-exceeded"), (failed.State, failed.Failure!.Code));
        Assert.Equal(state, (await Jobs.FindAsync(young, Cancel))!.Value.State);
    }

    [Fact]
    public async Task A_job_whose_upload_key_is_over_expires_when_what_may_be_under_way_must_have_come()
    {
        var id = await LiveAsync(JobState.AwaitingUpload, upload: new JobUpload(_time.GetUtcNow().AddMinutes(5)));

        _time.Advance(TimeSpan.FromMinutes(14));
        await SweepAsync();
        Assert.Equal(JobState.AwaitingUpload, (await Jobs.FindAsync(id, Cancel))!.Value.State);

        _time.Advance(TimeSpan.FromMinutes(2));
        await SweepAsync();
        Assert.Equal(JobState.Expired, (await Jobs.FindAsync(id, Cancel))!.Value.State);
    }

    [Fact]
    public async Task A_job_whose_photo_storage_does_not_show_does_not_expire_for_it()
    {
        var id = await LiveAsync(JobState.AwaitingUpload, upload: new JobUpload(_time.GetUtcNow().AddMinutes(5)));
        var photo = _blobs.GetBlobContainerClient(Containers.Uploads).GetBlobClient(BlobPaths.Upload(id));
        var etag = (await photo.UploadAsync(BinaryData.FromString("photo"), Cancel)).Value.ETag;
        var (blobs, faults) = StorageFaults.BlobsOf(_own.ConnectionString);
        faults.Refuses = static (_, path) => path.StartsWith(Containers.Uploads + "/", StringComparison.Ordinal);
        _time.Advance(TimeSpan.FromHours(1));

        await SweepAsync(blobs: blobs);
        Assert.Equal(JobState.AwaitingUpload, (await Jobs.FindAsync(id, Cancel))!.Value.State);

        // When it does, the event is sent that was lost: about that very photo.
        var line = _queues.GetQueueClient(Queues.UploadsCreated);
        Assert.Equal(1, await SweptAsync(line));
        var sent = BlobCreatedEvent.TryParse((await line.PeekMessageAsync(Cancel)).Value.Body)!;
        Assert.Equal((Containers.Uploads, BlobPaths.Upload(id)), (sent.Container, sent.Path));
        Assert.Equal((etag.ToString().Trim('"'), 5), (sent.Data.ETag, sent.Data.ContentLength));
        Assert.Equal(_time.GetUtcNow(), sent.At!.Value, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task What_was_sent_less_than_half_a_minute_ago_is_not_sent_again()
    {
        var id = await LiveAsync(JobState.Queued);
        var line = _queues.GetQueueClient(Queues.SegmentationJobs);
        _time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(0, await SweptAsync(line));

        // It joined its line anew: that counts, not when it was made.
        _time.Advance(TimeSpan.FromSeconds(60));
        await Jobs.TryMoveAsync(id, JobState.Queued, record => record, Cancel);
        _time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(0, await SweptAsync(line));

        _time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(1, await SweptAsync(line));
        var sent = MessageOf(await line.PeekMessageAsync(Cancel));
        Assert.Equal(id, sent.JobId);
    }

    [Fact]
    public async Task A_job_that_ended_with_its_webhook_untold_is_told_and_its_marker_goes()
    {
        var id = await LiveAsync(JobState.Queued);
        var marker = _blobs.GetBlobContainerClient(Containers.JobsActive).GetBlobClient(BlobPaths.ActiveJob(Callers.Local, id));
        await Jobs.TryMoveAsync(id, JobState.Canceled, record => record, Cancel);
        await Jobs.AmendAsync(id, record => record with { Webhook = new JobWebhook { Url = "https://example.com/hook" } }, Cancel);
        await marker.UploadAsync(BinaryData.FromString(""), Cancel);

        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, await SweptAsync(_queues.GetQueueClient(Queues.WebhookDeliveries)));

        Assert.False(await marker.ExistsAsync(Cancel));
    }

    private static SegmentationMessage MessageOf(PeekedMessage message) => JsonSerializer.Deserialize(message.Body.ToMemory().Span, JobJson.Default.SegmentationMessage)!;

    private Task<Change<JobRecord>> OwnedAsync(WorkId id, string message) => Jobs.AmendAsync(id, record => record with { Owner = new WorkOwner(message, _time.GetUtcNow()) }, CancellationToken.None);

    private async Task<WorkOwner?> OwnerAsync(WorkId id) => (await Jobs.FindAsync(id, Cancel))!.Value.Owner;

    private async Task<int> SweptAsync(QueueClient line)
    {
        await SweepAsync();
        return (await line.GetPropertiesAsync(Cancel)).Value.ApproximateMessagesCount;
    }

    private Task SweepAsync(JobStore? jobs = null, BlobServiceClient? blobs = null) => new JobSweep(
        blobs ?? _blobs, _queues, jobs ?? Jobs, new QueueGauge(_queues, _time), _awaited, new WorkOptions(), _time, NullLogger<JobSweep>.Instance)
        .RunAsync(Cancel);

    private async Task<WorkId> LiveAsync(JobState state, WorkLane lane = WorkLane.Interactive, JobUpload? upload = null)
    {
        var id = WorkId.New(_time);
        var now = _time.GetUtcNow();
        await Jobs.CreateAsync(new JobRecord
        {
            Id = id,
            State = state,
            Source = new JobSource(Containers.Uploads, BlobPaths.Upload(id), null, null),
            Times = new JobTimes
            {
                CreatedAt = now,
                ReceivedAt = state == JobState.Received ? now : null,
                QueuedAt = state == JobState.AwaitingUpload ? null : now,
            },
            Lane = lane,
            Upload = upload,
        }, Cancel);
        return id;
    }

    /// <summary>Does something just before a document is written for the first time.</summary>
    private sealed class BeforeFirstWrite(string path, Action act) : HttpPipelineSynchronousPolicy
    {
        public bool Seen { get; private set; }

        public override void OnSendingRequest(HttpMessage message)
        {
            if (Seen || message.Request.Method != RequestMethod.Put || !message.Request.Uri.Path.EndsWith("/" + path, StringComparison.Ordinal))
                return;
            Seen = true;
            act();
        }
    }
}
