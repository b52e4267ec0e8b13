using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using RoadSeg.Errors;
using RoadSeg.Functions.Models;
using RoadSeg.Imaging;
using RoadSeg.Inference;
using RoadSeg.Models;
using RoadSeg.Registry;

namespace RoadSeg.Functions.Tests.Models;

/// <summary>Which versions are in memory, and which of them serves.</summary>
public sealed class ModelPoolTests : IDisposable
{
    private readonly StorageFixture _storage;
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly string _name = "m" + Guid.NewGuid().ToString("N")[..12];
    private readonly string _folder = Directory.CreateTempSubdirectory("roadseg-test-").FullName;
    private readonly ModelPackage _bundled;
    private readonly ModelOptions _options;
    private readonly ModelPool _pool;

    public ModelPoolTests(StorageFixture storage)
    {
        _storage = storage;
        _bundled = TinyPackages.Write(Path.Combine(_folder, "bundled"), _name, 0);
        _options = new ModelOptions { Folder = _bundled.Folder, Engine = new EngineOptions { IntraOpThreads = 1 }, Cache = Path.Combine(_folder, "cache"), Kept = 2 };
        _pool = new ModelPool(_options, Registry, _clock, NullLogger<ModelPool>.Instance);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private ModelRegistry Registry => new(_storage.Blobs, _clock);

    public void Dispose()
    {
        _pool.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_version_stays_in_memory_while_it_is_used_often_and_goes_when_others_are_used_more()
    {
        var pins = await PublishedAsync(1, 2, 3);
        var engines = new List<SegmentationEngine>();
        foreach (var pin in (ModelPin[])[pins[0], pins[1], pins[0], pins[2], pins[0]])
        {
            using var lease = await _pool.UseAsync(pin, Cancel);
            engines.Add(lease.Engine);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Same(engines[0], engines[2]);
        Assert.Same(engines[0], engines[4]);
        Assert.Throws<ObjectDisposedException>(() => Run(engines[1]));
        Run(engines[3]);
    }

    [Fact]
    public async Task A_version_in_use_is_not_taken_away_and_the_one_that_needs_its_place_waits()
    {
        var pins = await PublishedAsync(1, 2, 3);
        using var first = await _pool.UseAsync(pins[0], Cancel);
        using var second = await _pool.UseAsync(pins[1], Cancel);

        var third = _pool.UseAsync(pins[2], Cancel);

        // Time enough to be loaded, if nothing held it up.
        await Task.Delay(200, Cancel);
        Assert.False(third.IsCompleted);
        Run(first.Engine);
        Run(second.Engine);

        first.Dispose();
        second.Dispose();
        using var loaded = await third.WaitAsync(TimeSpan.FromMinutes(1), Cancel);
        Run(loaded.Engine);
    }

    [Fact]
    public async Task A_version_that_is_about_to_go_live_is_not_taken_away_by_one_that_needs_a_place()
    {
        var pins = await PublishedAsync(1, 2, 3, 4);
        using var before = await _pool.UseAsync(pins[0], Cancel, live: true);
        _pool.Keep(before);
        (await _pool.UseAsync(pins[1], Cancel)).Dispose();
        using var busy = await _pool.UseAsync(pins[1], Cancel);
        using var next = await _pool.UseAsync(pins[2], Cancel, live: true);

        var fourth = _pool.UseAsync(pins[3], Cancel);

        // Time enough to be loaded, if nothing held it up.
        await Task.Delay(200, Cancel);
        Assert.False(fourth.IsCompleted);
        _pool.Keep(next);
        before.Dispose();
        busy.Dispose();

        using var loaded = await fourth.WaitAsync(TimeSpan.FromMinutes(1), Cancel);
        Run(loaded.Engine);
        Run(next.Engine);
    }

    [Fact]
    public async Task Many_who_ask_at_once_for_more_versions_than_fit_are_all_served_by_the_version_they_asked_for()
    {
        var pins = await PublishedAsync(1, 2, 3, 4, 5);

        await Task.WhenAll(Enumerable.Range(0, 60).Select(i => Task.Run(async () =>
        {
            using var lease = await _pool.UseAsync(pins[i % pins.Count], Cancel);
            Assert.Equal(pins[i % pins.Count], lease.Pin);
            Assert.Equal(TinyPackages.ClassOfRed(1 + (i % pins.Count)), Run(lease.Engine));
        }, Cancel))).WaitAsync(TimeSpan.FromMinutes(2), Cancel);
    }

    [Fact]
    public async Task A_version_that_cannot_be_loaded_fails_for_all_who_wait_and_is_tried_anew_by_the_next()
    {
        var package = TinyPackages.WriteNaN(Path.Combine(_folder, "nan"), _name, 1);
        var pin = ModelPin.Of(package.Manifest);
        var asked = Enumerable.Range(0, 4).Select(_ => Assert.ThrowsAsync<RoadSegException>(() => _pool.UseAsync(pin, Cancel)));
        Assert.All(await Task.WhenAll(asked), e => Assert.Equal(ErrorCodes.ModelNotFound, e.Code));

        await Registry.PublishAsync(package, "test", null, null, Cancel);

        Assert.Equal(ErrorCodes.ModelInvalid, (await Assert.ThrowsAsync<RoadSegException>(() => _pool.UseAsync(pin, Cancel))).Code);
        using var good = await _pool.UseAsync(ModelPin.Of(_bundled.Manifest), Cancel);
        Run(good.Engine);
    }

    [Fact]
    public async Task Versions_that_fail_their_self_test_leave_nothing_of_themselves_in_memory()
    {
        // A native session has threads of its own for as long as it lives.
        const int ThreadsOfEach = 64;
        var package = TinyPackages.WriteFailingSelfTest(Path.Combine(_folder, "wrong"), _name, 1);
        await Registry.PublishAsync(package, "test", null, null, Cancel);
        var options = _options with { Engine = new EngineOptions { IntraOpThreads = ThreadsOfEach } };
        using var pool = new ModelPool(options, Registry, _clock, NullLogger<ModelPool>.Instance);
        var before = Threads();

        for (var i = 0; i < 4; i++)
        {
            var refused = await Assert.ThrowsAsync<RoadSegException>(() => pool.UseAsync(ModelPin.Of(package.Manifest), Cancel));
            Assert.Equal(ErrorCodes.ModelInvalid, refused.Code);
        }

        Assert.InRange(Threads() - before, int.MinValue, 2 * ThreadsOfEach);

        static int Threads()
        {
            using var self = System.Diagnostics.Process.GetCurrentProcess();
            return self.Threads.Count;
        }
    }

    [Fact]
    public async Task The_cache_on_disk_keeps_what_was_used_within_a_week_and_no_remains_of_downloads()
    {
        var pins = await PublishedAsync(1, 2);
        (await _pool.UseAsync(pins[0], Cancel)).Dispose();
        var versions = Path.Combine(_options.Cache, _name);
        var (dead, fresh) = (Directory.CreateDirectory(Path.Combine(versions, "x.dead.partial")), Directory.CreateDirectory(Path.Combine(versions, "x.fresh.partial")));
        Directory.SetLastWriteTimeUtc(dead.FullName, _clock.GetUtcNow().UtcDateTime.AddDays(7));
        _clock.Advance(TimeSpan.FromDays(8));
        Directory.SetLastWriteTimeUtc(fresh.FullName, _clock.GetUtcNow().UtcDateTime);

        (await _pool.UseAsync(pins[1], Cancel)).Dispose();

        Assert.Equal([pins[1].Version, "x.fresh.partial"], Directory.EnumerateDirectories(versions).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_nobody_uses_for_a_while_leaves_memory_but_for_the_live_one()
    {
        var pins = await PublishedAsync(1, 2);
        var live = await _pool.UseAsync(pins[0], Cancel);
        _pool.Keep(live);
        SegmentationEngine idle;
        using (var other = await _pool.UseAsync(pins[1], Cancel))
            idle = other.Engine;

        _clock.Advance(TimeSpan.FromMinutes(5));
        _pool.LetIdleGo();
        Run(idle);
        _clock.Advance(TimeSpan.FromMinutes(6));
        _pool.LetIdleGo();

        Assert.Throws<ObjectDisposedException>(() => Run(idle));
        Run(live.Engine);
    }

    [Fact]
    public async Task A_version_that_somebody_works_with_for_long_stays_in_memory_until_it_is_given_back()
    {
        var pins = await PublishedAsync(1);
        var lease = await _pool.UseAsync(pins[0], Cancel);
        _clock.Advance(TimeSpan.FromMinutes(11));
        _pool.LetIdleGo();
        Run(lease.Engine);

        // Given back twice, as by a using after an exception: it is one lease all the same.
        using var other = await _pool.UseAsync(pins[0], Cancel);
        lease.Dispose();
        lease.Dispose();
        _clock.Advance(TimeSpan.FromMinutes(11));
        _pool.LetIdleGo();
        Run(other.Engine);

        // Ten minutes count from when it was given back.
        other.Dispose();
        _clock.Advance(TimeSpan.FromMinutes(9));
        _pool.LetIdleGo();
        Run(other.Engine);
        _clock.Advance(TimeSpan.FromMinutes(2));
        _pool.LetIdleGo();
        Assert.Throws<ObjectDisposedException>(() => Run(other.Engine));
    }

    [Fact]
    public async Task Who_stops_waiting_for_a_version_holds_no_lease_on_it()
    {
        var pins = await PublishedAsync(1);
        using (var stop = new CancellationTokenSource())
        {
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _pool.UseAsync(pins[0], stop.Token));
        }

        SegmentationEngine engine;
        using (var lease = await _pool.UseAsync(pins[0], Cancel))
            engine = lease.Engine;
        _clock.Advance(TimeSpan.FromMinutes(11));
        _pool.LetIdleGo();

        Assert.Throws<ObjectDisposedException>(() => Run(engine));
    }

    [Fact]
    public async Task Fifty_swaps_and_fifty_refusals_later_the_live_version_serves_and_memory_holds_what_it_may()
    {
        var pins = await PublishedAsync(1, 2, 3, 4);
        var broken = TinyPackages.WriteFailingSelfTest(Path.Combine(_folder, "broken"), _name, 5);
        await Registry.PublishAsync(broken, "test", null, null, Cancel);
        using var live = new LiveModel(_pool, Registry, _options, _clock, NullLogger<LiveModel>.Instance);
        await live.StartAsync(Cancel);
        await live.Ready.WaitAsync(TimeSpan.FromMinutes(1), Cancel);
        Assert.Equal(_bundled.Manifest.Version, live.Serving!.Version);
        var engines = new HashSet<SegmentationEngine>(ReferenceEqualityComparer.Instance);

        for (var swap = 0; swap < 50; swap++)
        {
            var wanted = pins[swap % pins.Count];
            await Registry.PromoteAsync(_name, wanted.Version, "test", Cancel);
            await UntilAsync(() => live.Serving == wanted && live.Notice is null);
            using (var lease = await live.UseAsync(null, Cancel))
            {
                Assert.Equal(TinyPackages.ClassOfRed(1 + (swap % pins.Count)), Run(lease.Engine));
                engines.Add(lease.Engine);
            }

            await Registry.PromoteAsync(_name, broken.Manifest.Version, "test", Cancel);
            await UntilAsync(() => live.Notice?.Contains(broken.Manifest.Version, StringComparison.Ordinal) == true);
            Assert.Equal(wanted, live.Serving);
        }

        Assert.InRange(engines.Count(IsAlive), 1, 3);
        await live.StopAsync(Cancel);
    }

    [Fact]
    public async Task With_a_broken_version_live_a_process_that_starts_serves_the_one_before_it()
    {
        var pins = await PublishedAsync(1);
        var broken = TinyPackages.WriteTruncated(Path.Combine(_folder, "broken"), _name, 2);
        await Registry.PublishAsync(broken, "test", null, null, Cancel);
        await Registry.PromoteAsync(_name, pins[0].Version, "test", Cancel);
        await Registry.PromoteAsync(_name, broken.Manifest.Version, "test", Cancel);
        using var live = new LiveModel(_pool, Registry, _options, _clock, NullLogger<LiveModel>.Instance);

        await live.StartAsync(Cancel);
        await live.Ready.WaitAsync(TimeSpan.FromMinutes(1), Cancel);
        await UntilAsync(() => live.Notice?.Contains(broken.Manifest.Version, StringComparison.Ordinal) == true);

        Assert.Equal(pins[0], live.Serving);
        await live.StopAsync(Cancel);
    }

    // Time goes on at each look.
    private Task UntilAsync(Func<bool> reached) => Eventually.TrueAsync(
        () =>
        {
            _clock.Advance(_options.Poll);
            return reached();
        },
        "a state of the live model");

    private async Task<List<ModelPin>> PublishedAsync(params int[] turns)
    {
        var pins = new List<ModelPin>();
        foreach (var turn in turns)
        {
            var package = TinyPackages.Write(Path.Combine(_folder, $"v{turn}"), _name, turn);
            await Registry.PublishAsync(package, "test", null, null, Cancel);
            pins.Add(ModelPin.Of(package.Manifest));
        }

        return pins;
    }

    private static bool IsAlive(SegmentationEngine engine)
    {
        try
        {
            Run(engine);
            return true;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }

    private static int Run(SegmentationEngine engine)
    {
        var pixels = new byte[3 * 32 * 32];
        for (var i = 0; i < pixels.Length; i += 3)
            pixels[i] = 200;
        return engine.Segment(new RgbImage(32, 32, pixels), 32, 32).ClassIds[0];
    }
}
