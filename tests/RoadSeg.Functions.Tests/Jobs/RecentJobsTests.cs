using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Time.Testing;
using RoadSeg.Functions.Jobs;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Jobs;

public sealed class RecentJobsTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly Reads _reads = new();
    private readonly StorageFixture _storage;
    private readonly JobStore _own;
    private readonly JobStore _other;
    private readonly RecentJobs _recent;

    public RecentJobsTests(StorageFixture storage)
    {
        _storage = storage;
        var options = new BlobClientOptions();
        options.AddPolicy(_reads, HttpPipelinePosition.PerCall);
        _own = new JobStore(new BlobServiceClient(storage.ConnectionString, options), storage.Queues, _clock);
        _other = new JobStore(storage.Blobs, storage.Queues, _clock);
        _recent = new RecentJobs(_own, _clock);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _recent.Dispose();

    [Fact]
    public async Task A_thousand_who_ask_at_once_cost_one_read()
    {
        var job = await MadeAsync();
        var asked = await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => _recent.FindAsync(job.Id, Cancel)));
        Assert.All(asked, found => Assert.Equal(job.Id, found!.Value.Id));
        Assert.Equal(1, _reads.Count);
    }

    [Fact]
    public async Task What_this_process_writes_shows_at_once_and_what_another_writes_a_quarter_of_a_second_later()
    {
        var job = await MadeAsync();
        Assert.Equal(JobState.Received, await StateAsync(job.Id));

        await _own.TryMoveAsync(job.Id, JobState.Queued, record => record, Cancel);
        Assert.Equal(JobState.Queued, await StateAsync(job.Id));

        await _other.TryMoveAsync(job.Id, JobState.Running, record => record, Cancel);
        Assert.Equal(JobState.Queued, await StateAsync(job.Id));
        _clock.Advance(TimeSpan.FromMilliseconds(250));
        Assert.Equal(JobState.Running, await StateAsync(job.Id));
    }

    [Fact]
    public async Task A_job_that_has_ended_is_read_again_after_five_seconds()
    {
        var job = await MadeAsync();
        await _other.TryMoveAsync(job.Id, JobState.Canceled, record => record, Cancel);
        await StateAsync(job.Id);
        _clock.Advance(TimeSpan.FromSeconds(4.9));
        await StateAsync(job.Id);
        Assert.Equal(1, _reads.Count);
        _clock.Advance(TimeSpan.FromSeconds(0.1));
        await StateAsync(job.Id);
        Assert.Equal(2, _reads.Count);
    }

    [Fact]
    public async Task A_read_that_failed_is_not_remembered()
    {
        var job = await MadeAsync();
        var (blobs, faults) = StorageFaults.BlobsOf(_storage);
        using var recent = new RecentJobs(new JobStore(blobs, _storage.Queues, _clock), _clock);
        faults.Fails = static (_, _) => true;
        await Assert.ThrowsAnyAsync<Exception>(() => recent.FindAsync(job.Id, Cancel));

        faults.Fails = static (_, _) => false;
        Assert.Equal(job.Id, (await recent.FindAsync(job.Id, Cancel))!.Value.Id);
    }

    [Fact]
    public async Task That_there_is_no_such_job_is_not_remembered()
    {
        var record = Record();
        Assert.Null(await _recent.FindAsync(record.Id, Cancel));
        await _other.CreateAsync(record, Cancel);
        Assert.Equal(JobState.Received, await StateAsync(record.Id));
    }

    [Fact]
    public async Task Who_gives_up_waiting_takes_the_read_from_nobody_else()
    {
        var job = await MadeAsync();
        using var hasty = new CancellationTokenSource();
        var (given, kept) = (_recent.FindAsync(job.Id, hasty.Token), _recent.FindAsync(job.Id, Cancel));
        await hasty.CancelAsync();
        await Task.WhenAny(given);
        Assert.Equal(job.Id, (await kept)!.Value.Id);
    }

    private async Task<JobState> StateAsync(WorkId id) => (await _recent.FindAsync(id, Cancel))!.Value.State;

    private async Task<JobRecord> MadeAsync() => (await _other.CreateAsync(Record(), Cancel)).Document!.Value;

    private JobRecord Record() => new()
    {
        Id = WorkId.New(_clock),
        State = JobState.Received,
        Source = new JobSource(Containers.Uploads, "a.jpg", "0x1", "a.jpg"),
        Times = new JobTimes { CreatedAt = _clock.GetUtcNow() },
    };

    private sealed class Reads : HttpPipelineSynchronousPolicy
    {
        private int _count;

        public int Count => _count;

        public override void OnSendingRequest(HttpMessage message)
        {
            if (message.Request.Method == RequestMethod.Get)
                Interlocked.Increment(ref _count);
        }
    }
}
