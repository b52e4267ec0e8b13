using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using RoadSeg.Functions.Jobs;
using RoadSeg.Functions.Segmentation;
using RoadSeg.Functions.Uploads;
using RoadSeg.Functions.Work;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Uploads;

/// <summary>Which job a poisoned message ends. "The guard of the segmentation branch always holds: it fails a job that a newer message is running."</summary>
public sealed class FailPoisonedTests(StorageFixture storage)
{
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private readonly WorkId _id = WorkId.New(TimeProvider.System);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private JobStore Jobs => new(storage.Blobs, storage.Queues, _time);

    [Theory]
    [InlineData(JobState.Queued)]
    [InlineData(JobState.Running)]
    public async Task A_segmentation_message_ends_its_job_wherever_that_stands(JobState state)
    {
        var message = await SentAsync(state, "m1");

        await SegmentationAsync(message);

        await EndedAsync();
    }

    [Theory]
    [InlineData(JobState.Queued)]
    [InlineData(JobState.Running)]
    public async Task A_segmentation_message_leaves_its_job_to_the_newer_one_that_the_sweep_sent(JobState state)
    {
        var old = await SentAsync(state, "m1");
        _time.Advance(TimeSpan.FromMinutes(13));
        var newer = SegmentationMessage.Of((await Jobs.AmendAsync(_id, job => job with { Owner = null, RepairedAt = _time.GetUtcNow() }, Cancel)).Document!.Value, null);

        // Before the newer one is taken, and while it runs.
        await SegmentationAsync(old);
        Assert.Equal(state, await StateAsync());
        await Jobs.TryMoveAsync(_id, JobState.Running, job => job with { Attempt = 2, Owner = new WorkOwner("m2", _time.GetUtcNow()) }, Cancel);
        await SegmentationAsync(old);
        Assert.Equal(JobState.Running, await StateAsync());

        await SegmentationAsync(newer);
        await EndedAsync();
    }

    [Fact]
    public async Task A_segmentation_message_leaves_a_job_that_was_given_back_to_its_line()
    {
        var old = await SentAsync(JobState.Running, "m1");
        _time.Advance(TimeSpan.FromSeconds(1));
        var newer = SegmentationMessage.Of((await Jobs.TryMoveAsync(_id, JobState.Queued, job => job with { Owner = null }, Cancel)).Document!.Value, null);

        await SegmentationAsync(old);
        Assert.Equal(JobState.Queued, await StateAsync());
        await SegmentationAsync(newer);
        await EndedAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_message_from_before_messages_said_when_they_were_sent_ends_a_job_that_was_never_repaired(bool repaired)
    {
        await SentAsync(JobState.Running, "m1");
        if (repaired)
            await Jobs.AmendAsync(_id, job => job with { RepairedAt = _time.GetUtcNow() }, Cancel);

        await SegmentationAsync(new SegmentationMessage(_id, 41));

        Assert.Equal(repaired ? JobState.Running : JobState.Failed, await StateAsync());
    }

    [Fact]
    public async Task An_upload_event_leaves_its_job_to_the_newer_one_that_the_sweep_sent()
    {
        var old = BlobCreatedEvent.For(Containers.Uploads, BlobPaths.Upload(_id), "0x1", 1, _time.GetUtcNow());
        await MadeAsync(JobState.Received, "m1");
        _time.Advance(TimeSpan.FromMinutes(13));
        await Jobs.AmendAsync(_id, job => job with { Owner = null, RepairedAt = _time.GetUtcNow() }, Cancel);
        var newer = BlobCreatedEvent.For(Containers.Uploads, BlobPaths.Upload(_id), "0x1", 1, _time.GetUtcNow());

        // Nor may it take the job: the newer one would find it owned, and wait for the sweep.
        await UploadAsync(old);
        Assert.NotNull(await Claim.TakeAsync(newer, Messages.Of([], "m2"), WorkLane.Interactive, owned: true, Cancel));
        await UploadAsync(old);
        Assert.Equal(JobState.Received, await StateAsync());

        await UploadAsync(newer);
        await EndedAsync();
    }

    [Fact]
    public async Task An_upload_event_ends_a_job_that_nothing_was_done_for_and_a_drop_that_has_no_record()
    {
        await MadeAsync(JobState.AwaitingUpload, null);
        await UploadAsync(BlobCreatedEvent.For(Containers.Uploads, BlobPaths.Upload(_id), "0x1", 1));
        await EndedAsync();

        var path = $"{Guid.NewGuid()}/a.jpg";
        await UploadAsync(BlobCreatedEvent.For(Containers.Uploads, path, "0x1", 1));
        Assert.Equal("attempts-exhausted", (await Jobs.FindAsync(WorkId.ForDrop(Containers.Uploads, path, "0x1"), Cancel))!.Value.Failure!.Code);
    }

    private UploadClaim Claim => new(Jobs, new Admission(storage.Blobs, new QueueGauge(storage.Queues, _time), new WorkOptions(), _time), _time, NullLogger<UploadClaim>.Instance);

    private Task SegmentationAsync(SegmentationMessage message) => new FailPoisonedSegmentation(Jobs, NullLogger<FailPoisonedSegmentation>.Instance).SegmentationAsync(Of(message, JobJson.Default.SegmentationMessage), Cancel);

    private Task UploadAsync(BlobCreatedEvent created) => new FailPoisonedUpload(Jobs, Claim, NullLogger<FailPoisonedUpload>.Instance).UploadAsync(Of(created, JobJson.Default.BlobCreatedEvent), Cancel);

    // Moved to the poison queue, a message has another id.
    private static Azure.Storage.Queues.Models.QueueMessage Of<T>(T message, JsonTypeInfo<T> form) => Messages.Of(JsonSerializer.SerializeToUtf8Bytes(message, form), Guid.NewGuid().ToString());

    private async Task<JobState> StateAsync() => (await Jobs.FindAsync(_id, Cancel))!.Value.State;

    private async Task EndedAsync()
    {
        var job = (await Jobs.FindAsync(_id, Cancel))!.Value;
        Assert.Equal((JobState.Failed, "attempts-exhausted"), (job.State, job.Failure?.Code));
    }

    private async Task<SegmentationMessage> SentAsync(JobState state, string owner)
    {
        await MadeAsync(JobState.Received, "upload");
        var queued = await Jobs.TryMoveAsync(_id, JobState.Queued, static job => job, Cancel);
        if (state == JobState.Running)
            await Jobs.TryMoveAsync(_id, JobState.Running, job => job with { Attempt = 1, Owner = new WorkOwner(owner, _time.GetUtcNow()) }, Cancel);
        return SegmentationMessage.Of(queued.Document!.Value, null);
    }

    private Task<Change<JobRecord>> MadeAsync(JobState state, string? owner) => Jobs.CreateAsync(new JobRecord
    {
        Id = _id,
        State = state,
        Source = new JobSource(Containers.Uploads, BlobPaths.Upload(_id), state == JobState.AwaitingUpload ? null : "0x1", "a.jpg"),
        Upload = new JobUpload(_time.GetUtcNow().AddMinutes(5)),
        Times = new JobTimes { CreatedAt = _time.GetUtcNow() },
        Owner = owner is null ? null : new WorkOwner(owner, _time.GetUtcNow()),
    }, Cancel);
}
