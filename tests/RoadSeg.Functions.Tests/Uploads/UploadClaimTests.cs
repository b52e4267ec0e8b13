using Azure.Storage.Queues.Models;
using Microsoft.Extensions.Logging.Abstractions;
using RoadSeg.Functions.Jobs;
using RoadSeg.Functions.Uploads;
using RoadSeg.Functions.Work;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Uploads;

/// <summary>Who owns a job when events come late, twice, or again after a crash.</summary>
public sealed class UploadClaimTests(StorageFixture storage)
{
    private readonly JobStore _jobs = new(storage.Blobs, storage.Queues, TimeProvider.System);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private Admission Admission => new(storage.Blobs, new QueueGauge(storage.Queues, TimeProvider.System), new WorkOptions(), TimeProvider.System);

    private UploadClaim Claim => new(_jobs, Admission, TimeProvider.System, NullLogger<UploadClaim>.Instance);

    [Fact]
    public async Task The_first_event_of_a_drop_makes_its_job_and_owns_it()
    {
        var drop = Drop();

        var job = await Claim.TakeAsync(drop, Message("m1"), WorkLane.Interactive, owned: true, Cancel);

        Assert.Equal((JobState.Received, "m1", "photo.jpg"), (job!.Value.State, job.Value.Owner!.MessageId, job.Value.Source.FileName));
        Assert.Equal(WorkId.ForDrop(drop.Container, drop.Path, "0x1"), job.Value.Id);
    }

    [Fact]
    public async Task The_same_message_delivered_again_takes_the_job_over_from_its_dead_self()
    {
        var drop = Drop();
        await Claim.TakeAsync(drop, Message("m1"), WorkLane.Interactive, owned: true, Cancel);

        Assert.Equal(JobState.Received, (await Claim.TakeAsync(drop, Message("m1"), WorkLane.Interactive, owned: true, Cancel))!.Value.State);
    }

    [Fact]
    public async Task Another_message_about_the_same_photo_gets_nothing()
    {
        var drop = Drop();
        await Claim.TakeAsync(drop, Message("m1"), WorkLane.Interactive, owned: true, Cancel);

        Assert.Null(await Claim.TakeAsync(drop, Message("m2"), WorkLane.Interactive, owned: true, Cancel));
    }

    [Fact]
    public async Task A_message_that_died_after_queueing_its_job_gets_it_back_to_send_what_it_owes()
    {
        var drop = Drop();
        var job = await Claim.TakeAsync(drop, Message("m1"), WorkLane.Interactive, owned: true, Cancel);
        await _jobs.TryMoveAsync(job!.Value.Id, JobState.Queued, record => record, Cancel);

        Assert.Equal(JobState.Queued, (await Claim.TakeAsync(drop, Message("m1"), WorkLane.Interactive, owned: true, Cancel))!.Value.State);
        Assert.Null(await Claim.TakeAsync(drop, Message("m2"), WorkLane.Interactive, owned: true, Cancel));
    }

    [Theory]
    [InlineData(JobState.Failed)]
    [InlineData(JobState.Canceled)]
    public async Task A_job_that_has_ended_is_nobodys_not_even_its_owners(JobState end)
    {
        var drop = Drop();
        var job = await Claim.TakeAsync(drop, Message("m1"), WorkLane.Interactive, owned: true, Cancel);
        await _jobs.TryMoveAsync(job!.Value.Id, end, record => record, Cancel);

        Assert.Null(await Claim.TakeAsync(drop, Message("m1"), WorkLane.Interactive, owned: true, Cancel));
    }

    [Fact]
    public async Task A_photo_under_the_id_of_an_issued_job_belongs_to_that_job_and_fixes_its_version()
    {
        var id = WorkId.New(TimeProvider.System);
        await _jobs.CreateAsync(new JobRecord
        {
            Id = id,
            State = JobState.AwaitingUpload,
            Source = new JobSource(Containers.Uploads, BlobPaths.Upload(id), null, "mine.jpg"),
            Times = new JobTimes { CreatedAt = TimeProvider.System.GetUtcNow() },
        }, Cancel);

        var job = await Claim.TakeAsync(BlobCreatedEvent.For(Containers.Uploads, BlobPaths.Upload(id), "\"0x7\"", 1), Message("m1"), WorkLane.Interactive, owned: true, Cancel);

        Assert.Equal((id, JobState.Received, "0x7", "mine.jpg"), (job!.Value.Id, job.Value.State, job.Value.Source.ETag, job.Value.Source.FileName));
    }

    [Fact]
    public async Task A_photo_under_an_id_that_was_never_issued_is_a_drop_like_any_other()
    {
        var path = BlobPaths.Upload(WorkId.New(TimeProvider.System));

        var job = await Claim.TakeAsync(BlobCreatedEvent.For(Containers.Uploads, path, "0x1", 1), Message("m1"), WorkLane.Interactive, owned: true, Cancel);

        Assert.Equal(WorkId.ForDrop(Containers.Uploads, path, "0x1"), job!.Value.Id);
    }

    [Fact]
    public async Task Of_many_events_about_one_photo_at_once_one_gets_the_job()
    {
        var drop = Drop();

        var taken = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Claim.TakeAsync(drop, Message($"m{i}"), WorkLane.Interactive, owned: true, Cancel)));

        Assert.Single(taken, job => job is not null);
    }

    private static BlobCreatedEvent Drop() => BlobCreatedEvent.For(Containers.Uploads, $"{Guid.NewGuid()}/photo.jpg", "0x1", 1);

    private static QueueMessage Message(string id) => Messages.Of([], id);
}
