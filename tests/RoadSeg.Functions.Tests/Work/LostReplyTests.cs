using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using RoadSeg.Datasets;
using RoadSeg.Functions.Tests.Webhooks;
using RoadSeg.Jobs;
using RoadSeg.Registry;
using RoadSeg.Storage;
using RoadSeg.Trainings;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Work;

/// <summary>"A lost reply to a write of one's own counts as somebody else's": at a commit the metric was missing and the webhook waited for the sweep. Every
/// store must know its own write again, and no store may take another's for its own.</summary>
public sealed class LostReplyTests(StorageFixture storage)
{
    private readonly WorkId _id = WorkId.New(TimeProvider.System);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_job_is_its_makers()
    {
        var (jobs, replies) = Jobs();

        var made = await jobs.CreateAsync(Record(JobState.Received), Cancel);

        Assert.Equal((true, 1), (made.Done, replies.Lost));
        Assert.Equal(made.Document!.ETag, (await jobs.FindAsync(_id, Cancel))!.ETag);
    }

    [Fact]
    public async Task A_commit_is_told_at_once_and_leaves_no_marker()
    {
        await Plain().CreateAsync(Record(JobState.Running) with { Webhook = new JobWebhook { Url = "https://example.com/" } }, Cancel);
        var sent = new SentMessages(storage.Queues);
        var (jobs, replies) = Jobs(sent);
        var ended = new List<JobState>();
        jobs.Ended += job => ended.Add(job.State);

        var commit = await jobs.TryMoveAsync(_id, JobState.Succeeded, static job => job.State == JobState.Running ? job : null, Cancel);

        Assert.Equal((true, 1), (commit.Done, replies.Lost));
        Assert.Equal([JobState.Succeeded], ended);
        Assert.Equal(_id, Assert.Single(sent.All).Message.JobId);
        Assert.False(await storage.Blobs.GetBlobContainerClient(Containers.JobsActive).GetBlobClient(BlobPaths.ActiveJob(Callers.Local, _id)).ExistsAsync(Cancel));

        // What is changed next is changed from the version that was written.
        Assert.True((await jobs.AmendAsync(_id, static job => job with { Attempt = 7 }, Cancel)).Done);
    }

    [Fact]
    public async Task What_another_wrote_meanwhile_is_not_taken_for_ones_own()
    {
        await Plain().CreateAsync(Record(JobState.Running), Cancel);
        var (jobs, replies) = Jobs();
        replies.Meanwhile = () => Plain().TryMoveAsync(_id, JobState.Canceled, static job => job.State.IsTerminal() ? null : job, Cancel);

        // The note stands, and another's change on top of it: this one must not say that it wrote what lies there now.
        var noted = await jobs.AmendAsync(_id, static job => job.Attempt == 0 ? job with { Attempt = 1 } : null, Cancel);

        Assert.False(noted.Done);
        Assert.Equal((JobState.Canceled, 1), (noted.Document!.Value.State, noted.Document.Value.Attempt));
    }

    [Fact]
    public async Task Of_many_whose_replies_are_lost_one_moves_the_job()
    {
        await Plain().CreateAsync(Record(JobState.Received), Cancel);

        var moves = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Jobs().Jobs.TryMoveAsync(_id, JobState.Queued, static job => job.State == JobState.Received ? job : null, Cancel)));

        Assert.Single(moves, static move => move.Done);
    }

    [Fact]
    public async Task A_new_training_run_gets_its_message()
    {
        var (blobs, replies) = Losing($"/{Containers.Trainings}/");
        var queue = storage.Queues.GetQueueClient(Queues.TrainingJobs);
        var before = (await queue.GetPropertiesAsync(Cancel)).Value.ApproximateMessagesCount;

        var plan = new TrainingPlan("set", "0011223344556677", "smoke", new Dictionary<string, string>(), "model", "live", true);
        await new TrainingStore(blobs, storage.Queues, TimeProvider.System).CreateAsync(_id, plan, Callers.Local, Cancel);

        Assert.True(replies.Lost > 0);
        Assert.True((await queue.GetPropertiesAsync(Cancel)).Value.ApproximateMessagesCount > before);
    }

    [Fact]
    public async Task A_new_data_set_and_a_promoted_version_are_their_makers()
    {
        var name = "set-" + Guid.NewGuid().ToString("N")[..12];
        var (curated, lostSets) = Losing($"/{Containers.Curated}/");
        var first = new DatasetRecord { Name = name, State = DatasetState.Checking, Drop = "0x1", ReceivedAt = TimeProvider.System.GetUtcNow() };
        var sets = new DatasetStore(curated, TimeProvider.System);
        Assert.True((await sets.CreateAsync(first, Cancel)).Done);
        Assert.True((await sets.TryMoveAsync(name, DatasetState.Failed, static record => record, Cancel)).Done);
        Assert.Equal(2, lostSets.Lost);

        using var folder = new TempFolder();
        var package = TinyPackages.Write(folder["package"], name, 1);
        var (models, _) = Losing($"/{Containers.Models}/");
        var registry = new ModelRegistry(models, TimeProvider.System);
        var version = await registry.PublishAsync(package, "test", null, null, Cancel);
        Assert.Equal("test", version.PublishedBy);
        await registry.PromoteAsync(name, version.Version, "tester", Cancel);

        Assert.Equal(["tester"], (await registry.LiveAsync(name, Cancel))!.Value.History.Select(move => move.By));
    }

    private (JobStore Jobs, LostReplies Replies) Jobs(QueueServiceClient? queues = null)
    {
        var (blobs, replies) = Losing($"/{Containers.Jobs}/");
        return (new JobStore(blobs, queues ?? storage.Queues, TimeProvider.System), replies);
    }

    private JobStore Plain() => new(storage.Blobs, storage.Queues, TimeProvider.System);

    private (BlobServiceClient Blobs, LostReplies Replies) Losing(string path)
    {
        var replies = new LostReplies((method, asked) => method == "PUT" && asked.Contains(path, StringComparison.Ordinal));
        return (replies.Over(storage.ConnectionString), replies);
    }

    private JobRecord Record(JobState state) => new()
    {
        Id = _id,
        State = state,
        Source = new JobSource(Containers.Uploads, BlobPaths.Upload(_id), "0x1", "a.jpg"),
        Times = new JobTimes { CreatedAt = TimeProvider.System.GetUtcNow() },
    };
}
