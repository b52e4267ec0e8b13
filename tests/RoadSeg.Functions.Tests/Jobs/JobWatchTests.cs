using Microsoft.Extensions.Time.Testing;
using RoadSeg.Functions.Jobs;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Jobs;

/// <summary>Waiting for a job to change, in this process and in another.</summary>
public sealed class JobWatchTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly StorageFixture _storage;
    private readonly JobStore _own;
    private readonly JobStore _other;
    private readonly RecentJobs _recent;
    private readonly JobWatch _watch;

    public JobWatchTests(StorageFixture storage)
    {
        _storage = storage;
        _own = new JobStore(storage.Blobs, storage.Queues, _clock);
        _other = new JobStore(storage.Blobs, storage.Queues, _clock);
        _recent = new RecentJobs(_own, _clock);
        _watch = new JobWatch(_own, _recent, _clock);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _watch.Dispose();
        _recent.Dispose();
    }

    [Fact]
    public async Task Many_who_wait_hear_at_once_of_what_this_process_writes()
    {
        var job = await MadeAsync();
        var waiting = Enumerable.Range(0, 5).Select(_ => EndAsync(job, TimeSpan.FromMinutes(1))).ToList();

        // What is not waited for changes nothing; the clock stands still.
        await _own.TryMoveAsync(job.Value.Id, JobState.Queued, record => record, Cancel);
        Assert.DoesNotContain(waiting, wait => wait.IsCompleted);
        await _own.TryMoveAsync(job.Value.Id, JobState.Canceled, record => record, Cancel);

        Assert.All(await Task.WhenAll(waiting).WaitAsync(TimeSpan.FromMinutes(1), Cancel), seen => Assert.Equal(JobState.Canceled, seen.Value.State));
    }

    [Fact]
    public async Task What_another_process_writes_is_seen_by_the_next_look()
    {
        var job = await MadeAsync();
        var waiting = EndAsync(job, TimeSpan.FromMinutes(1));
        await _other.TryMoveAsync(job.Value.Id, JobState.Canceled, record => record, Cancel);

        // Looks are a second apart at most: ten are enough by far.
        var seen = await PassAsync(waiting, TimeSpan.FromSeconds(1), 10);

        Assert.Equal(JobState.Canceled, seen.Value.State);
    }

    [Fact]
    public async Task A_job_that_is_waited_for_is_looked_at_about_once_a_second_however_long_it_takes()
    {
        var job = await MadeAsync();
        var (blobs, faults) = StorageFaults.BlobsOf(_storage);
        var looks = 0;
        faults.Fails = (_, _) => Interlocked.Increment(ref looks) < 0;
        using var recent = new RecentJobs(new JobStore(blobs, _storage.Queues, _clock), _clock);
        using var watch = new JobWatch(_own, recent, _clock);

        await PassAsync(watch.UntilAsync(job, Ended, TimeSpan.FromMinutes(1), Cancel), TimeSpan.FromSeconds(1), 100);

        // A slow machine makes them fewer here, where a second of the test's clock is a twentieth of one.
        Assert.InRange(looks, 20, 65);
    }

    [Fact]
    public async Task Where_nothing_changes_the_wait_ends_when_patience_does_and_not_before()
    {
        var job = await MadeAsync();
        var waiting = EndAsync(job, TimeSpan.FromSeconds(5));

        var began = _clock.GetUtcNow();
        var seen = await PassAsync(waiting, TimeSpan.FromMilliseconds(250), 40);

        Assert.Equal(JobState.Received, seen.Value.State);
        Assert.InRange((_clock.GetUtcNow() - began).TotalSeconds, 5, 5.5);
    }

    [Fact]
    public async Task Of_a_job_that_is_deleted_while_it_is_waited_for_the_last_that_was_seen_is_told()
    {
        var job = await MadeAsync();
        var waiting = EndAsync(job, TimeSpan.FromSeconds(5));
        await _storage.Blobs.GetBlobContainerClient(Containers.Jobs).DeleteBlobAsync(BlobPaths.Job(job.Value.Id), cancellationToken: Cancel);

        var seen = await PassAsync(waiting, TimeSpan.FromSeconds(1), 20);

        Assert.Equal(JobState.Received, seen.Value.State);
    }

    [Fact]
    public async Task A_job_that_is_as_wanted_and_a_wait_of_no_time_are_answered_at_once()
    {
        var job = await MadeAsync();

        Assert.Same(job, await _watch.UntilAsync(job, static _ => true, TimeSpan.FromMinutes(1), Cancel));
        Assert.Same(job, await EndAsync(job, TimeSpan.Zero));
    }

    [Fact]
    public async Task Who_leaves_takes_the_news_from_nobody_else()
    {
        var job = await MadeAsync();
        using var leaving = new CancellationTokenSource();
        var (left, stays) = (_watch.UntilAsync(job, Ended, TimeSpan.FromMinutes(1), leaving.Token), EndAsync(job, TimeSpan.FromMinutes(1)));
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);

        await _own.TryMoveAsync(job.Value.Id, JobState.Canceled, record => record, Cancel);

        Assert.Equal(JobState.Canceled, (await stays.WaitAsync(TimeSpan.FromMinutes(1), Cancel)).Value.State);
    }

    private static bool Ended(Stored<JobRecord> job) => job.Value.State.IsTerminal();

    private Task<Stored<JobRecord>> EndAsync(Stored<JobRecord> job, TimeSpan patience) => _watch.UntilAsync(job, Ended, patience, Cancel);

    // Time goes on by steps, between which the wait has the time to come to its next look.
    private async Task<Stored<JobRecord>> PassAsync(Task<Stored<JobRecord>> waiting, TimeSpan step, int most)
    {
        for (var i = 0; i < most && !waiting.IsCompleted; i++)
        {
            _clock.Advance(step);
            await Task.WhenAny(waiting, Task.Delay(50, Cancel));
        }

        Assert.True(waiting.IsCompleted, "It never ended.");
        return await waiting;
    }

    private async Task<Stored<JobRecord>> MadeAsync() => (await _other.CreateAsync(
        new JobRecord
        {
            Id = WorkId.New(_clock),
            State = JobState.Received,
            Source = new JobSource(Containers.Uploads, "a.jpg", "0x1", "a.jpg"),
            Times = new JobTimes { CreatedAt = _clock.GetUtcNow() },
        },
        Cancel)).Document!;
}
