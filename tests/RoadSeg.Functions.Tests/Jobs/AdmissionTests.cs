using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Microsoft.Extensions.Time.Testing;
using RoadSeg.Errors;
using RoadSeg.Functions.Jobs;
using RoadSeg.Functions.Work;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Jobs;

/// <summary>Who is let in, and into which line.</summary>
public sealed class AdmissionTests(StorageFixture storage) : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private readonly string _caller = "key-" + Guid.NewGuid().ToString("N")[..16];
    private readonly Counts _counts = new();
    private QueueServiceClient _queues = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private JobStore Jobs => new(storage.Blobs, storage.Queues, _time);

    public async ValueTask InitializeAsync() => _queues = await OwnQueues.CreateAsync(storage.Queues, Cancel);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Sixty_jobs_that_end_one_after_another_stay_interactive_and_are_all_taken()
    {
        var admission = Admission(new WorkOptions { MaxLiveJobs = 40 });
        for (var i = 0; i < 60; i++)
        {
            Assert.Equal(WorkLane.Interactive, await admission.AdmitAsync(_caller, Cancel));
            await Jobs.TryMoveAsync(await LiveAsync(), JobState.Canceled, record => record, Cancel);
            await SettledAsync();
        }
    }

    [Fact]
    public async Task Beyond_a_callers_share_its_jobs_wait_in_the_bulk_line_until_some_have_ended_and_others_do_not()
    {
        var admission = Admission(new WorkOptions { InteractiveJobs = 3 });
        var live = new List<WorkId>();
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(i < 3 ? WorkLane.Interactive : WorkLane.Bulk, await admission.AdmitAsync(_caller, Cancel));
            live.Add(await LiveAsync());
        }

        Assert.Equal(WorkLane.Interactive, await admission.AdmitAsync(_caller + "b", Cancel));
        Assert.Equal(WorkLane.Bulk, await admission.LaneAsync(_caller, Cancel));

        foreach (var id in live)
            await Jobs.TryMoveAsync(id, JobState.Canceled, record => record, Cancel);
        await EventuallyAsync(async () => await admission.AdmitAsync(_caller, Cancel) == WorkLane.Interactive);
    }

    [Fact]
    public async Task A_caller_with_as_many_live_jobs_as_it_may_have_is_refused_until_one_has_ended()
    {
        var admission = Admission(new WorkOptions { MaxLiveJobs = 3 });
        var live = new List<WorkId>();
        for (var i = 0; i < 3; i++)
        {
            await admission.AdmitAsync(_caller, Cancel);
            live.Add(await LiveAsync());
        }

        var refused = await Assert.ThrowsAsync<RoadSegException>(() => admission.AdmitAsync(_caller, Cancel));
        Assert.Equal(ErrorCodes.TooManyJobs, refused.Code);
        Assert.Contains("3 jobs", refused.Message, StringComparison.Ordinal);
        await admission.AdmitAsync(_caller + "b", Cancel);

        // What was refused was not taken: it is not counted.
        await Jobs.TryMoveAsync(live[0], JobState.Canceled, record => record, Cancel);
        await EventuallyAsync(async () => await Record.ExceptionAsync(() => admission.AdmitAsync(_caller, Cancel)) is null);
    }

    [Fact]
    public async Task A_process_that_starts_counts_the_jobs_that_live_already()
    {
        for (var i = 0; i < 3; i++)
            await LiveAsync();

        Assert.Equal(WorkLane.Bulk, await Admission(new WorkOptions { InteractiveJobs = 3 }).AdmitAsync(_caller, Cancel));
        await Assert.ThrowsAsync<RoadSegException>(() => Admission(new WorkOptions { MaxLiveJobs = 3 }).AdmitAsync(_caller, Cancel));
    }

    [Theory]
    [InlineData(Queues.SegmentationJobs)]
    [InlineData(Queues.SegmentationBulk)]
    [InlineData(Queues.UploadsCreated)]
    [InlineData(Queues.UploadsBulk)]
    public async Task While_the_lines_are_full_nobody_is_let_in(string queue)
    {
        var admission = Admission(new WorkOptions { MaxQueued = 2 });
        await _queues.GetQueueClient(queue).SendMessageAsync("one", Cancel);
        await admission.AdmitAsync(_caller, Cancel);
        await _queues.GetQueueClient(queue).SendMessageAsync("two", Cancel);
        await SettledAsync();

        var refused = await Assert.ThrowsAsync<RoadSegException>(() => admission.AdmitAsync(_caller, Cancel));

        Assert.Equal(ErrorCodes.QueueFull, refused.Code);
        Assert.Contains("2 jobs", refused.Message, StringComparison.Ordinal);
        await _queues.GetQueueClient(queue).ClearMessagesAsync(Cancel);
        await SettledAsync();
        await admission.AdmitAsync(_caller, Cancel);
    }

    [Fact]
    public async Task A_count_that_fails_behind_an_answer_is_made_again_by_the_next()
    {
        var admission = Admission(new WorkOptions { InteractiveJobs = 2 });
        _counts.Fails = true;
        await Assert.ThrowsAnyAsync<Exception>(() => admission.AdmitAsync(_caller, Cancel));

        _counts.Fails = false;
        Assert.Equal(WorkLane.Interactive, await admission.AdmitAsync(_caller, Cancel));
        var live = new List<WorkId> { await LiveAsync() };
        Assert.Equal(WorkLane.Interactive, await admission.AdmitAsync(_caller, Cancel));
        live.Add(await LiveAsync());

        _counts.Fails = true;
        await SettledAsync();
        Assert.Equal(WorkLane.Bulk, await admission.AdmitAsync(_caller, Cancel));

        _counts.Fails = false;
        foreach (var job in live)
            await Jobs.TryMoveAsync(job, JobState.Canceled, record => record, Cancel);
        await EventuallyAsync(async () => await admission.AdmitAsync(_caller, Cancel) == WorkLane.Interactive);
    }

    [Fact]
    public async Task However_many_come_live_jobs_are_counted_once_in_two_seconds()
    {
        var admission = Admission(new WorkOptions());
        for (var i = 0; i < 30; i++)
        {
            await admission.AdmitAsync(_caller, Cancel);

            // Time for a count behind the answer, which none should be.
            await Task.Delay(10, Cancel);
        }

        Assert.Equal(1, _counts.Made);
        await SettledAsync();
        await admission.AdmitAsync(_caller, Cancel);
        await Eventually.TrueAsync(() => _counts.Made == 2, "another count");
    }

    private Admission Admission(WorkOptions options)
    {
        var watched = new BlobClientOptions { Retry = { MaxRetries = 0 } };
        watched.AddPolicy(_counts, HttpPipelinePosition.PerCall);
        return new Admission(new BlobServiceClient(storage.ConnectionString, watched), new QueueGauge(_queues, _time), options, _time);
    }

    // Counts are taken behind answers: the last one is waited for, then a new one is due.
    private async Task SettledAsync()
    {
        await Eventually.TrueAsync(() => _counts.UnderWay == 0, "the end of the counts");
        _time.Advance(TimeSpan.FromSeconds(3));
    }

    private Task EventuallyAsync(Func<Task<bool>> reached) => Eventually.TrueAsync(
        async () =>
        {
            await SettledAsync();
            return await reached();
        },
        "a new count");

    private async Task<WorkId> LiveAsync()
    {
        var id = WorkId.New(_time);
        await Jobs.CreateAsync(new JobRecord
        {
            Id = id,
            State = JobState.AwaitingUpload,
            Caller = _caller,
            Source = new JobSource(Containers.Submitted, BlobPaths.Upload(id), null, null),
            Times = new JobTimes { CreatedAt = _time.GetUtcNow() },
        }, Cancel);
        return id;
    }

    /// <summary>Lists of live jobs that are asked for.</summary>
    private sealed class Counts : HttpPipelinePolicy
    {
        private int _underWay;
        private int _made;

        public int Made => Volatile.Read(ref _made);

        public bool Fails { get; set; }

        public int UnderWay => Volatile.Read(ref _underWay);

        public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException();

        public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
        {
            if (Fails)
                throw new IOException("The storage does not answer.");
            Interlocked.Increment(ref _made);
            Interlocked.Increment(ref _underWay);
            try
            {
                await ProcessNextAsync(message, pipeline);
            }
            finally
            {
                Interlocked.Decrement(ref _underWay);
            }
        }
    }
}
