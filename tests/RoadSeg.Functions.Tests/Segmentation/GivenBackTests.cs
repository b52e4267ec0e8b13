using Microsoft.Extensions.Time.Testing;
using RoadSeg.Functions.Models;
using RoadSeg.Functions.Segmentation;
using RoadSeg.Jobs;
using RoadSeg.Models;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Segmentation;

/// <summary>A process in which no model comes up for a reason of its own, such as a GPU worker without its GPU.</summary>
public sealed class GivenBackTests(StorageFixture storage) : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private InProcess _worker = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _worker = await InProcess.StartAsync(storage, _time, null, ("ROADSEG_PROVIDER", "cuda"));
        Assert.SkipUnless(_worker.Get<LiveModel>().Ready.IsFaulted, "This build and this machine have a GPU that works.");
    }

    public ValueTask DisposeAsync() => _worker.DisposeAsync();

    [Theory]
    [InlineData(WorkLane.Interactive)]
    [InlineData(WorkLane.Bulk)]
    public async Task Its_jobs_join_their_line_anew_after_five_seconds_and_lose_nothing(WorkLane lane)
    {
        var id = await QueuedAsync(lane);
        _time.Advance(TimeSpan.FromMinutes(1));

        var waited = await PassedAsync(RunAsync(id));

        Assert.InRange(waited, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15));
        var job = await _worker.JobAsync(id);
        Assert.Equal((JobState.Queued, 0, null, lane), (job.State, job.Attempt, job.Owner, job.Lane));
        var sent = await _worker.SegmentationAsync(lane);
        Assert.Equal((id, job.SentAt), (sent.JobId, sent.SentAt));

        // From then on it counts as waiting.
        Assert.InRange(job.Times.QueuedAt!.Value, job.Times.CreatedAt.AddMinutes(1), _time.GetUtcNow());
    }

    [Fact]
    public async Task A_job_that_it_had_taken_itself_goes_back_and_one_that_is_anothers_or_has_ended_stays_as_it_is()
    {
        var (own, others, ended) = (await QueuedAsync(), await QueuedAsync(), await QueuedAsync());
        await OwnedAsync(own, "s1");
        await OwnedAsync(others, "s2");
        await _worker.Others.TryMoveAsync(ended, JobState.Canceled, record => record, Cancel);
        foreach (var id in (WorkId[])[own, others, ended])
            await PassedAsync(RunAsync(id));

        Assert.Equal((JobState.Queued, null), ((await _worker.JobAsync(own)).State, (await _worker.JobAsync(own)).Owner));
        Assert.Equal((JobState.Running, "s2"), ((await _worker.JobAsync(others)).State, (await _worker.JobAsync(others)).Owner!.MessageId));
        Assert.Equal(JobState.Canceled, (await _worker.JobAsync(ended)).State);
        Assert.Equal(own, (await _worker.SegmentationAsync()).JobId);
    }

    private Task RunAsync(WorkId id) =>
        _worker.Function<SegmentImage>().RunAsync(InProcess.Message(new SegmentationMessage(id, 1, null)), Cancel);

    // Time goes on by steps, between which it has the time to come to its next wait.
    private async Task<TimeSpan> PassedAsync(Task run)
    {
        var step = TimeSpan.FromSeconds(0.5);
        var passed = TimeSpan.Zero;
        for (; !run.IsCompleted && passed < TimeSpan.FromMinutes(20); passed += step)
        {
            await Task.WhenAny(run, Task.Delay(100, Cancel));
            if (!run.IsCompleted)
                _time.Advance(step);
        }

        await run;
        return passed;
    }

    private Task<Change<JobRecord>> OwnedAsync(WorkId id, string message) => _worker.Others.TryMoveAsync(
        id, JobState.Running, record => record with { Attempt = 1, Owner = new WorkOwner(message, _time.GetUtcNow()) }, Cancel);

    private async Task<WorkId> QueuedAsync(WorkLane lane = WorkLane.Interactive)
    {
        var job = await _worker.IssuedAsync(lane);
        await _worker.Others.TryMoveAsync(job.Id, JobState.Received, record => record, Cancel);
        await _worker.Others.TryMoveAsync(job.Id, JobState.Queued, record => record with
        {
            Image = new JobImage("png", 40, 30, 1, 100),
            Input = new JobInput(32, 32),
            Pin = ModelPin.Of(_worker.Bundled.Manifest),
            Ticket = 1,
        }, Cancel);
        return job.Id;
    }
}
