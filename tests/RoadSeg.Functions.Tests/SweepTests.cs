using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using RoadSeg.Functions.Jobs;
using RoadSeg.Jobs;
using RoadSeg.LocalHost;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Tests;

/// <summary>What the sweep sends, and what it leaves alone. A storage of its own: it looks at every live job.</summary>
public sealed class SweepTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private AzuriteProcess _azurite = null!;
    private BlobServiceClient _blobs = null!;
    private QueueServiceClient _queues = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private JobStore Jobs => new(_blobs, _queues, _time);

    public async ValueTask InitializeAsync()
    {
        _azurite = await AzuriteProcess.StartAsync(new AzuriteOptions { NodeModules = Path.Combine(Checkout.Root, "infra", "packages", "node_modules") }, Cancel);
        _blobs = new BlobServiceClient(_azurite.ConnectionString);
        _queues = new QueueServiceClient(_azurite.ConnectionString, new QueueClientOptions { MessageEncoding = QueueMessageEncoding.None });
        foreach (var container in new[] { Containers.Jobs, Containers.JobsActive, Containers.JobsIndex, Containers.Uploads })
            await _blobs.CreateBlobContainerAsync(container, cancellationToken: Cancel);
        foreach (var queue in Queues.All)
            await _queues.CreateQueueAsync(queue, cancellationToken: Cancel);
    }

    public ValueTask DisposeAsync() => _azurite.DisposeAsync();

    [Fact]
    public async Task A_record_that_cannot_be_read_keeps_no_other_job_from_its_repair()
    {
        var good = new List<JobId>();
        for (var i = 0; i < 30; i++)
        {
            good.Add(await LiveAsync(JobState.AwaitingUpload));
            if (i % 10 == 0)
                await _blobs.GetBlobContainerClient(Containers.Jobs).GetBlobClient(BlobPaths.Job(await LiveAsync(JobState.Queued))).UploadAsync(BinaryData.FromString("{ \"state\": 7"), overwrite: true, Cancel);
        }

        _time.Advance(TimeSpan.FromHours(1));
        await SweepAsync();

        foreach (var id in good)
            Assert.Equal(JobState.Expired, (await Jobs.FindAsync(id, Cancel))!.Record.State);
    }

    [Theory]
    [InlineData(JobState.AwaitingUpload, Queues.UploadsBulk)]
    [InlineData(JobState.Received, Queues.UploadsBulk)]
    [InlineData(JobState.Queued, Queues.SegmentationBulk)]
    [InlineData(JobState.Running, Queues.SegmentationBulk)]
    public async Task A_job_behind_a_backlog_is_sent_again_only_once_its_message_must_have_come(JobState state, string name)
    {
        var line = _queues.GetQueueClient(name);
        var id = await LiveAsync(state, JobLane.Bulk);
        await _blobs.GetBlobContainerClient(Containers.Uploads).GetBlobClient(BlobPaths.Upload(id)).UploadAsync(BinaryData.FromString("photo"), Cancel);
        await line.SendMessageAsync("one of those before it", Cancel);

        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(1, await SweptAsync(line));

        // The line is empty: what waited for this job is gone.
        await line.ClearMessagesAsync(Cancel);
        Assert.Equal(1, await SweptAsync(line));

        // Its new message waits behind others, for as long as that takes.
        for (var pass = 0; pass < 3; pass++)
        {
            _time.Advance(TimeSpan.FromMinutes(5));
            Assert.Equal(1, await SweptAsync(line));
        }

        await line.ClearMessagesAsync(Cancel);
        Assert.Equal(1, await SweptAsync(line));
    }

    private async Task<int> SweptAsync(QueueClient line)
    {
        await SweepAsync();
        return (await line.GetPropertiesAsync(Cancel)).Value.ApproximateMessagesCount;
    }

    private Task SweepAsync() => new Sweep(_blobs, _queues, Jobs, new QueueGauge(_queues, _time), new JobOptions(), _time, NullLogger<Sweep>.Instance).RunAsync(Cancel);

    private async Task<JobId> LiveAsync(JobState state, JobLane lane = JobLane.Interactive)
    {
        var id = JobId.New(_time);
        var now = _time.GetUtcNow();
        await Jobs.CreateAsync(new JobRecord
        {
            Id = id,
            State = state,
            Source = new JobSource(Containers.Uploads, BlobPaths.Upload(id), null, null),
            Times = new JobTimes { CreatedAt = now, QueuedAt = state == JobState.AwaitingUpload ? null : now },
            Lane = lane,
        }, Cancel);
        return id;
    }
}
