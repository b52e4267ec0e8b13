using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using RoadSeg.Errors;
using RoadSeg.Functions.Models;
using RoadSeg.Inference;
using RoadSeg.Models;
using RoadSeg.Registry;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Models;

/// <summary>When a version is taken back that fails on photos, and when it is not.</summary>
public sealed class RolloutWatchTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());
    private readonly string _name = "watched-" + Guid.NewGuid().ToString("N")[..8];
    private readonly TempFolder _folder = new();
    private readonly ModelRegistry _registry;
    private readonly ModelPackage _bundled;
    private readonly ModelPool _pool;
    private readonly RolloutWatch _watch;
    private ModelPin _good = null!;
    private ModelPin _bad = null!;

    public RolloutWatchTests(StorageFixture storage)
    {
        _registry = new ModelRegistry(storage.Blobs, _clock);
        _bundled = TinyPackages.Write(_folder["bundled"], _name, 0);
        var options = new ModelOptions { Folder = _bundled.Folder, Engine = new EngineOptions { IntraOpThreads = 1 }, Cache = _folder["cache"] };
        _pool = new ModelPool(options, _registry, _clock, NullLogger<ModelPool>.Instance);
        _watch = new RolloutWatch(new Rollouts(_pool, _registry, NullLogger<Rollouts>.Instance), _registry, _clock, NullLogger<RolloutWatch>.Instance);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        (_good, _bad) = (await PublishedAsync(1), await PublishedAsync(2));
        await PromoteAsync(_good);
        await PromoteAsync(_bad);
        _clock.Advance(TimeSpan.FromMinutes(1));
    }

    public ValueTask DisposeAsync()
    {
        _pool.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task The_fifth_photo_that_fails_takes_the_version_back_to_the_one_before()
    {
        for (var i = 0; i < 4; i++)
            await FailAsync(_bad);
        Assert.Equal(_bad.Version, await LiveAsync());

        await FailAsync(_bad);

        Assert.Equal(_good.Version, await LiveAsync());
        var last = (await _registry.LiveAsync(_name, Cancel))!.Value.History[^1];
        Assert.Equal(("rollback", "automatic"), (last.Kind, last.By));

        // Jobs that were pinned to it fail on: nothing is left to take back.
        for (var i = 0; i < 5; i++)
            await FailAsync(_bad);
        Assert.Equal(_good.Version, await LiveAsync());
    }

    [Fact]
    public async Task A_photo_that_fails_again_and_again_counts_once()
    {
        var job = WorkId.New(_clock);
        for (var i = 0; i < 10; i++)
            await _watch.FailedAsync(_bad, job, Cancel);

        Assert.Equal(_bad.Version, await LiveAsync());
    }

    [Theory]
    [InlineData(6, 5, true)]
    [InlineData(5, 5, false)]
    public async Task Fewer_failures_than_half_of_the_photos_are_the_photos_fault(int succeeded, int failed, bool stays)
    {
        for (var i = 0; i < succeeded; i++)
            _watch.Succeeded(_bad, WorkId.New(_clock));
        for (var i = 0; i < failed; i++)
            await FailAsync(_bad);

        Assert.Equal(stays ? _bad.Version : _good.Version, await LiveAsync());
    }

    [Fact]
    public async Task Only_the_last_twenty_photos_count()
    {
        await FailAsync(_bad);
        for (var i = 0; i < 100; i++)
            _watch.Succeeded(_bad, WorkId.New(_clock));
        for (var i = 0; i < 9; i++)
            await FailAsync(_bad);
        Assert.Equal(_bad.Version, await LiveAsync());

        await FailAsync(_bad);
        Assert.Equal(_good.Version, await LiveAsync());
    }

    [Fact]
    public async Task A_version_that_has_been_live_for_an_hour_stays()
    {
        _clock.Advance(TimeSpan.FromHours(1));
        for (var i = 0; i < 10; i++)
            await FailAsync(_bad);

        Assert.Equal(_bad.Version, await LiveAsync());
    }

    [Fact]
    public async Task What_a_version_failed_at_before_it_was_made_live_again_is_past()
    {
        for (var i = 0; i < 4; i++)
            await FailAsync(_bad);
        await PromoteAsync(_good);
        _clock.Advance(TimeSpan.FromMinutes(1));
        await PromoteAsync(_bad);
        _clock.Advance(TimeSpan.FromMinutes(1));

        await FailAsync(_bad);

        Assert.Equal(_bad.Version, await LiveAsync());
    }

    [Fact]
    public async Task Failures_of_another_version_and_of_one_that_was_rolled_back_to_move_nothing()
    {
        for (var i = 0; i < 10; i++)
            await FailAsync(_good);
        Assert.Equal(_bad.Version, await LiveAsync());

        await _registry.RollBackAsync(_name, "test", Cancel);
        _clock.Advance(TimeSpan.FromMinutes(1));
        for (var i = 0; i < 10; i++)
            await FailAsync(_good);
        Assert.Equal(_good.Version, await LiveAsync());
    }

    [Fact]
    public async Task Versions_that_ran_longest_ago_are_forgotten_and_the_one_that_fails_is_not()
    {
        for (var i = 0; i < 4; i++)
        {
            await FailAsync(_bad);
            for (var other = 0; other < 7; other++)
                _watch.Succeeded(new ModelPin(_name, $"v{other}"), WorkId.New(_clock));
        }

        await FailAsync(_bad);

        Assert.Equal(_good.Version, await LiveAsync());
    }

    [Fact]
    public void Of_failures_those_of_the_model_are_held_against_it()
    {
        Assert.True(RolloutWatch.Blames(new RoadSegException(ErrorCodes.ModelInvalid, "x")));
        Assert.True(RolloutWatch.Blames(new RoadSegException(ErrorCodes.Internal, "x")));
        Assert.False(RolloutWatch.Blames(new RoadSegException(ErrorCodes.UploadMissing, "x")));
    }

    private Task FailAsync(ModelPin pin) => _watch.FailedAsync(pin, WorkId.New(_clock), Cancel);

    private async Task<string> LiveAsync() => (await _registry.LiveAsync(_name, Cancel))!.Value.Version;

    private Task<ModelPointer> PromoteAsync(ModelPin pin) => _registry.PromoteAsync(_name, pin.Version, "test", Cancel);

    private async Task<ModelPin> PublishedAsync(int turn)
    {
        var package = TinyPackages.Write(_folder[$"v{turn}"], _name, turn);
        await _registry.PublishAsync(package, "test", null, null, Cancel);
        return ModelPin.Of(package.Manifest);
    }
}
