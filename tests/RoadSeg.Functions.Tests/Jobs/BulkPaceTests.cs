using Microsoft.Extensions.Time.Testing;
using RoadSeg.Functions.Jobs;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Jobs;

public sealed class BulkPaceTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly JobStore _jobs;
    private readonly BulkPace _pace;

    public BulkPaceTests(StorageFixture storage)
    {
        _jobs = new JobStore(storage.Blobs, storage.Queues, _clock);
        _pace = new BulkPace(_jobs, _clock);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _pace.Dispose();

    [Fact]
    public async Task While_nobody_waits_for_a_photo_a_backlog_is_worked_off_as_fast_as_it_comes()
    {
        await MadeAsync(WorkLane.Bulk, Containers.Submitted);
        for (var i = 0; i < 100; i++)
            Assert.True(_pace.Segment.EnterAsync(Cancel).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task While_a_photo_is_under_way_one_piece_runs_at_once_and_pauses_as_long_as_it_took()
    {
        var job = await MadeAsync(WorkLane.Interactive, Containers.Submitted);
        var first = await _pace.Segment.EnterAsync(Cancel);
        var second = _pace.Segment.EnterAsync(Cancel);
        await AdvanceAsync(0.5);
        Assert.False(second.IsCompleted, "the first runs");
        first.Dispose();
        await AdvanceAsync(0.4);
        Assert.False(second.IsCompleted, "it pauses");
        await AdvanceAsync(0.15);
        var turn = await second.WaitAsync(TimeSpan.FromMinutes(1), Cancel);

        // The photo is done: nothing gives way any more.
        var third = _pace.Segment.EnterAsync(Cancel);
        Assert.False(third.IsCompleted);
        await _jobs.TryMoveAsync(job, JobState.Canceled, record => record, Cancel);
        await AdvanceAsync(0.05);
        await third.WaitAsync(TimeSpan.FromMinutes(1), Cancel);
        turn.Dispose();
    }

    [Fact]
    public async Task A_photo_that_an_upload_key_awaits_or_that_does_not_move_holds_nothing_up()
    {
        await MadeAsync(WorkLane.Interactive, Containers.Uploads);
        await _pace.Segment.EnterAsync(Cancel);
        Assert.True(_pace.Segment.EnterAsync(Cancel).IsCompletedSuccessfully);

        await MadeAsync(WorkLane.Interactive, Containers.Submitted);
        await AdvanceAsync(2);
        Assert.True(_pace.Segment.EnterAsync(Cancel).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Jobs_that_another_process_ends_are_forgotten()
    {
        for (var i = 0; i < 5; i++)
            await MadeAsync(WorkLane.Interactive, Containers.Submitted);
        Assert.Equal(5, _pace.Followed);
        _clock.Advance(TimeSpan.FromSeconds(2));
        await MadeAsync(WorkLane.Interactive, Containers.Submitted);
        Assert.Equal(1, _pace.Followed);
    }

    [Fact]
    public async Task Who_stops_waiting_lets_the_next_begin()
    {
        await MadeAsync(WorkLane.Interactive, Containers.Submitted);
        var first = await _pace.Segment.EnterAsync(Cancel);
        using var stop = new CancellationTokenSource();
        var (stopped, next) = (_pace.Segment.EnterAsync(stop.Token), _pace.Segment.EnterAsync(Cancel));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stopped);
        first.Dispose();
        await AdvanceAsync(0.1);
        (await next.WaitAsync(TimeSpan.FromMinutes(1), Cancel)).Dispose();
    }

    // In steps, as the gate looks in steps; between them it has the time to look.
    private async Task AdvanceAsync(double seconds)
    {
        for (var left = TimeSpan.FromSeconds(seconds); left > TimeSpan.Zero; left -= TimeSpan.FromMilliseconds(50))
        {
            _clock.Advance(left < TimeSpan.FromMilliseconds(50) ? left : TimeSpan.FromMilliseconds(50));
            await Task.Delay(5, Cancel);
        }
    }

    private async Task<WorkId> MadeAsync(WorkLane lane, string container)
    {
        var record = new JobRecord
        {
            Id = WorkId.New(_clock),
            State = JobState.AwaitingUpload,
            Lane = lane,
            Source = new JobSource(container, "a.jpg", null, "a.jpg"),
            Times = new JobTimes { CreatedAt = _clock.GetUtcNow() },
        };
        return (await _jobs.CreateAsync(record, Cancel)).Document!.Value.Id;
    }
}
