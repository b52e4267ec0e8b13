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

    [Fact]
    public async Task A_search_finds_what_has_all_that_is_asked_for_page_by_page_and_nothing_else()
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(TimeProvider.System.GetUtcNow());
        clock.SetUtcNow(DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds() + 1)); // As records keep times.
        var (start, red) = (clock.GetUtcNow(), new List<WorkId>());
        for (var i = 0; i < 250; i++)
        {
            clock.Advance(TimeSpan.FromMinutes(1));
            var id = WorkId.New(clock, _caller);
            await StoreAsync(id, clock.GetUtcNow(), i % 2 == 0 ? JobState.AwaitingUpload : JobState.Queued, name: $"Street-{i:D3}.JPG", tags: new() { ["car"] = i % 50 == 0 ? "red" : "blue", ["n"] = $"{i % 100}" });
            if (i % 50 == 0)
                red.Insert(0, id);
        }

        Assert.Equal(red, await AllAsync(new JobSearch { Tags = [new("car", "red")] }, 2));
        Assert.Equal([red[0], red[2], red[4]], await AllAsync(new JobSearch { Tags = [new("car", "red"), new("n", "0")] }, 20));
        Assert.Equal([red[1]], await AllAsync(new JobSearch { Name = "street-150.j" }, 20));
        Assert.Equal(100, (await AllAsync(new JobSearch { Since = start.AddMinutes(101), Until = start.AddMinutes(201) }, 7)).Count);
        Assert.Equal(10, (await AllAsync(new JobSearch { Since = start.AddMinutes(241) }, 3)).Count);
        Assert.Equal(5, (await AllAsync(new JobSearch { Since = start.AddMinutes(241), State = JobState.Queued }, 3)).Count);
        Assert.Empty(await AllAsync(new JobSearch { Tags = [new("car", "green")] }, 20));
    }

    [Theory]
    [InlineData("2026-01-31T12:00:00+02:00", "2026-01-31T10:00:00Z")]
    [InlineData("2026-01-31", "2026-01-31T00:00:00Z")]
    public void A_time_without_a_zone_is_universal(string text, string time)
    {
        Assert.Equal(DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture), JobSearch.Read(null, null, null, text, null, null).Since);
    }

    [Theory]
    [InlineData("state", "asleep")]
    [InlineData("tag", "no-colon")]
    [InlineData("tag", ":x")]
    [InlineData("name", "")]
    [InlineData("since", "yesterday-ish")]
    [InlineData("until", "2026-13-01")]
    [InlineData("since", "01/02/2026")]
    [InlineData("since", "10:00")]
    [InlineData("bbox", "1,2,3")]
    public void A_search_that_cannot_be_read_names_the_parameter(string name, string value)
    {
        string? Of(string parameter) => parameter == name ? value : null;

        var refused = Assert.Throws<RoadSegException>(() => JobSearch.Read(Of("state"), Of("tag") is { } tag ? [tag] : null, Of("name"), Of("since"), Of("until"), Of("bbox")));

        Assert.Equal(ErrorCodes.RequestInvalid, refused.Code);
        Assert.Contains($"'{name}'", refused.Message, StringComparison.Ordinal);
    }

    private async Task<List<WorkId>> AllAsync(JobSearch search, int limit)
    {
        var (seen, after) = (new List<WorkId>(), (string?)null);
        do
        {
            (var page, after) = await new JobList(new JobPages(storage.Blobs), _jobs, NullLogger<JobList>.Instance).PageAsync(_caller, search, after, limit, Cancel);
            Assert.InRange(page.Count, 0, limit);
            seen.AddRange(page.Select(job => job.Id));
        }
        while (after is not null);
        return seen;
    }

    private async Task<(IReadOnlyList<WorkId> Jobs, string? Next)> ListAsync(JobState? state, string? after, int limit)
    {
        var (jobs, next) = await new JobList(new JobPages(storage.Blobs), _jobs, NullLogger<JobList>.Instance).PageAsync(_caller, new JobSearch { State = state }, after, limit, Cancel);
        return ([.. jobs.Select(job => job.Id)], next);
    }

    private async Task<WorkId> MadeAsync(int second, JobState state)
    {
        var id = WorkId.New(TimeProvider.System);
        await StoreAsync(id, DateTimeOffset.FromUnixTimeSeconds(1_800_000_000 + second), state);
        return id;
    }

    private Task<Change<JobRecord>> StoreAsync(WorkId id, DateTimeOffset createdAt, JobState state, string? caller = null, string? name = null, Dictionary<string, string>? tags = null) => _jobs.CreateAsync(
        new JobRecord
        {
            Id = id,
            State = state,
            Caller = caller ?? _caller,
            Source = new JobSource(Containers.Submitted, BlobPaths.Upload(id), null, name),
            Times = new JobTimes { CreatedAt = createdAt },
            Tags = tags,
        },
        Cancel);
}
