using Microsoft.Extensions.Logging.Abstractions;
using RoadSeg.Errors;
using RoadSeg.Functions.Api;
using RoadSeg.Functions.Jobs;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Jobs;

/// <summary>A caller's list of jobs, page by page.</summary>
public sealed class JobListTests(StorageFixture storage)
{
    private readonly string _caller = "key-" + Guid.NewGuid().ToString("N")[..16];
    private readonly JobStore _jobs = new(storage.Blobs, storage.Queues, TimeProvider.System);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pages_hold_every_job_once_the_newest_first_and_the_last_has_no_next()
    {
        var made = new List<WorkId>();
        for (var i = 0; i < 7; i++)
            made.Insert(0, await MadeAsync(i, JobState.AwaitingUpload));

        var (seen, after, pages) = (new List<WorkId>(), (string?)null, 0);
        do
        {
            (var page, after) = await ListAsync(null, after, 3);
            Assert.InRange(page.Count, 1, 3);
            seen.AddRange(page);
            pages++;
        }
        while (after is not null);

        Assert.Equal(made, seen);
        Assert.Equal(3, pages);
    }

    // Those of bare drops have an entry in the index, as all had once; the others lie in the list themselves.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(20)]
    public async Task Jobs_that_lie_in_the_list_and_jobs_of_the_index_make_one_list(int limit)
    {
        var made = new List<WorkId>();
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(TimeProvider.System.GetUtcNow());
        foreach (var own in (bool[])[true, false, false, true, true, true, false, false, true, false, false, false])
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            var id = own ? WorkId.New(clock, _caller) : WorkId.New(clock);
            await StoreAsync(id, clock.GetUtcNow(), JobState.AwaitingUpload);
            made.Insert(0, id);
        }

        var (seen, after) = (new List<WorkId>(), (string?)null);
        do
        {
            (var page, after) = await ListAsync(null, after, limit);
            Assert.InRange(page.Count, 1, limit);
            seen.AddRange(page);

            // What is new stands before every place.
            clock.Advance(TimeSpan.FromSeconds(1));
            await StoreAsync(WorkId.New(clock, _caller), clock.GetUtcNow(), JobState.AwaitingUpload);
        }
        while (after is not null);

        Assert.Equal(made, seen);
    }

    [Fact]
    public async Task A_caller_whose_jobs_lie_with_anothers_sees_its_own()
    {
        var id = WorkId.New(TimeProvider.System, _caller);
        await StoreAsync(id, TimeProvider.System.GetUtcNow(), JobState.AwaitingUpload, "key-other");

        Assert.Empty((await ListAsync(null, null, 3)).Jobs);
    }

    [Fact]
    public async Task Of_one_state_those_are_listed_that_are_in_it_also_where_they_lie_far_apart()
    {
        var wanted = new List<WorkId>();
        for (var i = 0; i < 12; i++)
        {
            var id = await MadeAsync(i, i % 4 == 0 ? JobState.Queued : JobState.AwaitingUpload);
            if (i % 4 == 0)
                wanted.Insert(0, id);
        }

        var (first, after) = await ListAsync(JobState.Queued, null, 2);
        var (rest, end) = await ListAsync(JobState.Queued, after, 2);

        Assert.Equal(wanted, [.. first, .. rest]);
        Assert.Equal((2, 1), (first.Count, rest.Count));
        Assert.Null(end);
    }

    [Fact]
    public async Task A_page_of_few_matches_ends_early_with_a_place_to_go_on_from()
    {
        for (var i = 0; i < 12; i++)
            await MadeAsync(i, JobState.AwaitingUpload);

        var (page, after) = await ListAsync(JobState.Queued, null, 1);

        Assert.Empty(page);
        Assert.NotNull(after);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("%%%")]
    [InlineData("bm8gcGxhY2U")]
    public async Task A_place_that_is_from_no_page_is_refused(string after)
    {
        await MadeAsync(0, JobState.AwaitingUpload);
        var refused = await Record.ExceptionAsync(() => ListAsync(null, after, 1));

        // The emulator takes any place; the real storage does not.
        if (after != "bm8gcGxhY2U" || refused is not null)
            Assert.Equal(ErrorCodes.RequestInvalid, Assert.IsType<RoadSegException>(refused).Code);
    }

    [Theory]
    [InlineData(null, 20)]
    [InlineData("1", 1)]
    [InlineData("100", 100)]
    public void A_limit_has_its_default(string? text, int limit) => Assert.Equal(limit, IndexPages.Limit(text));

    [Theory]
    [InlineData("0")]
    [InlineData("101")]
    [InlineData("-1")]
    [InlineData("few")]
    [InlineData("")]
    public void A_limit_that_is_none_is_refused(string text) => Assert.Equal(ErrorCodes.RequestInvalid, Assert.Throws<RoadSegException>(() => IndexPages.Limit(text)).Code);

    private async Task<(IReadOnlyList<WorkId> Jobs, string? Next)> ListAsync(JobState? state, string? after, int limit)
    {
        var (jobs, next) = await new JobList(new JobPages(storage.Blobs), _jobs, NullLogger<JobList>.Instance).PageAsync(_caller, state, after, limit, Cancel);
        return ([.. jobs.Select(job => job.Id)], next);
    }

    private async Task<WorkId> MadeAsync(int second, JobState state)
    {
        var id = WorkId.New(TimeProvider.System);
        await StoreAsync(id, DateTimeOffset.FromUnixTimeSeconds(1_800_000_000 + second), state);
        return id;
    }

    private Task<Change<JobRecord>> StoreAsync(WorkId id, DateTimeOffset createdAt, JobState state, string? caller = null) => _jobs.CreateAsync(
        new JobRecord
        {
            Id = id,
            State = state,
            Caller = caller ?? _caller,
            Source = new JobSource(Containers.Submitted, BlobPaths.Upload(id), null, null),
            Times = new JobTimes { CreatedAt = createdAt },
        },
        Cancel);
}
