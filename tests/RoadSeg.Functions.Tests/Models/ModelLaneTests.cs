using System.Diagnostics;
using RoadSeg.Functions.Models;
using RoadSeg.Imaging;
using RoadSeg.Inference;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Models;

/// <summary>Turns at the model: one at a time, and none is lost.</summary>
public sealed class ModelLaneTests
{
    private readonly ModelLane _lane = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_turn_of_one_who_stopped_waiting_goes_to_the_next_and_the_lane_runs_on()
    {
        using var stop = new CancellationTokenSource();
        await EnterAsync();
        var stopped = EnterAsync(cancel: stop.Token);
        var next = EnterAsync();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stopped);
        Assert.False(next.IsCompleted);

        _lane.Leave();
        await next.WaitAsync(TimeSpan.FromMinutes(1), Cancel);
        _lane.Leave();

        Assert.True(EnterAsync().IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Where_all_who_waited_stopped_the_next_to_come_enters_at_once()
    {
        using var stop = new CancellationTokenSource();
        await EnterAsync();
        var stopped = EnterAsync(WorkLane.Bulk, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stopped);

        _lane.Leave();

        Assert.True(EnterAsync().IsCompletedSuccessfully);
        Assert.False(EnterAsync().IsCompleted);
    }

    [Fact]
    public async Task Between_the_tiles_of_a_photo_others_have_their_turn()
    {
        using var engine = SegmentationEngine.Load(TinyModels.Description, TinyModels.Graph());
        var plan = TilePlan.Of(64, 64, engine.Model);
        Assert.Equal(5, plan.Runs);
        await EnterAsync();
        var ended = new List<string>();
        var (tiled, plain) = (RunAsync("tiled", TinyModels.Noise(plan.Width, plan.Height, 1), plan), RunAsync("plain", TinyModels.Noise(32, 32, 2), null));

        _lane.Leave();
        await Task.WhenAll(tiled, plain).WaitAsync(TimeSpan.FromMinutes(1), Cancel);

        Assert.Equal(["plain", "tiled"], ended);
        Assert.True(_lane.IsFree);

        async Task RunAsync(string name, RgbImage input, TilePlan? tiles)
        {
            var result = await _lane.RunAsync(WorkLane.Interactive, engine, input, 64, 64, static _ => Task.FromResult(true), Cancel, plan: tiles);
            Assert.Equal(64 * 64, result!.ClassIds.Length);
            lock (ended)
                ended.Add(name);
        }
    }

    [Fact]
    public async Task A_photo_in_tiles_whose_job_is_stopped_between_two_leaves_the_lane_free()
    {
        using var engine = SegmentationEngine.Load(TinyModels.Description, TinyModels.Graph());
        using var stop = new CancellationTokenSource();
        var plan = TilePlan.Of(64, 64, engine.Model);
        var other = Task.CompletedTask;
        var tiled = _lane.RunAsync(
            WorkLane.Interactive, engine, TinyModels.Noise(plan.Width, plan.Height, 1), 64, 64,
            async _ =>
            {
                other = EnterAsync();
                await stop.CancelAsync();
                return true;
            },
            stop.Token, plan: plan);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => tiled);
        await other.WaitAsync(TimeSpan.FromMinutes(1), Cancel);
        _lane.Leave();
        Assert.True(_lane.IsFree);
    }

    [Fact]
    public async Task Of_every_eight_turns_one_is_a_bulk_jobs_while_both_lines_wait_and_each_line_keeps_its_order()
    {
        await EnterAsync();
        var turns = new List<string>();
        var waiting = new List<Task>();
        for (var i = 0; i < 20; i++)
        {
            waiting.Add(NoteAsync(WorkLane.Interactive, $"i{i}"));
            if (i < 4)
                waiting.Add(NoteAsync(WorkLane.Bulk, $"b{i}"));
        }

        _lane.Leave();
        await Task.WhenAll(waiting).WaitAsync(TimeSpan.FromMinutes(1), Cancel);

        string[] expected = [.. Seven(0), "b0", .. Seven(7), "b1", .. Seven(14)[..6], "b2", "b3"];
        Assert.Equal(expected, turns);

        static string[] Seven(int from) => [.. Enumerable.Range(from, 7).Select(i => $"i{i}")];

        async Task NoteAsync(WorkLane lane, string name)
        {
            await EnterAsync(lane);
            turns.Add(name);
            _lane.Leave();
        }
    }

    [Fact]
    public async Task Interactive_turns_that_nobody_in_the_bulk_line_waited_through_are_not_held_against_it()
    {
        for (var i = 0; i < 10; i++)
            await TurnAsync();
        await EnterAsync();
        var (first, bulk, second) = (EnterAsync(), EnterAsync(WorkLane.Bulk), EnterAsync());

        _lane.Leave();
        await first.WaitAsync(TimeSpan.FromMinutes(1), Cancel);
        _lane.Leave();
        await second.WaitAsync(TimeSpan.FromMinutes(1), Cancel);
        Assert.False(bulk.IsCompleted);
        _lane.Leave();
        await bulk.WaitAsync(TimeSpan.FromMinutes(1), Cancel);

        // With one waiting each time, as on a service that is never idle.
        async Task TurnAsync()
        {
            await EnterAsync();
            var next = EnterAsync();
            _lane.Leave();
            await next;
            _lane.Leave();
        }
    }

    [Fact]
    public async Task A_run_that_fails_or_is_not_wanted_gives_its_turn_on()
    {
        using var folder = new TempFolder();
        using var engine = SegmentationEngine.Load(TinyPackages.Write(folder["tiny"], "tiny", 0), new EngineOptions { IntraOpThreads = 1 });
        var photo = new RgbImage(32, 32, new byte[3 * 32 * 32]);

        await Assert.ThrowsAsync<IOException>(() => RunAsync(_ => throw new IOException()));
        await Assert.ThrowsAsync<IOException>(() => RunAsync(async _ => await Task.FromException<bool>(new IOException())));
        Assert.Null(await RunAsync(_ => Task.FromResult(false)));

        Assert.Equal(32, (await RunAsync(_ => Task.FromResult(true)))!.Width);

        Task<SegmentationResult?> RunAsync(Func<TimeSpan, Task<bool>> wanted) =>
            _lane.RunAsync(WorkLane.Interactive, engine, photo, 32, 32, wanted, Cancel).WaitAsync(TimeSpan.FromMinutes(1), Cancel);
    }

    [Fact]
    public async Task Who_runs_is_told_how_long_the_turn_took_to_come()
    {
        using var folder = new TempFolder();
        using var engine = SegmentationEngine.Load(TinyPackages.Write(folder["tiny"], "tiny", 0), new EngineOptions { IntraOpThreads = 1 });
        await EnterAsync();
        var waited = TimeSpan.Zero;
        var before = Stopwatch.StartNew();
        var run = _lane.RunAsync(WorkLane.Interactive, engine, new RgbImage(32, 32, new byte[3 * 32 * 32]), 32, 32, wait =>
        {
            waited = wait;
            return Task.FromResult(false);
        }, Cancel);
        var waiting = Stopwatch.StartNew();

        var least = waiting.Elapsed;
        _lane.Leave();
        await run;

        Assert.InRange(waited, least, before.Elapsed);
    }

    [Fact]
    public async Task The_next_turn_comes_while_the_mask_of_a_heavy_photo_is_scaled_up()
    {
        using var folder = new TempFolder();
        using var engine = SegmentationEngine.Load(TinyPackages.Write(folder["tiny"], "tiny", 0), new EngineOptions { IntraOpThreads = 1 });
        var photo = new RgbImage(32, 32, new byte[3 * 32 * 32]);
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var heavy = Task.Run(
            () => _lane.RunAsync(WorkLane.Bulk, engine, photo, 8000, 6000, _ => Task.FromResult(entered.TrySetResult()), Cancel), Cancel);
        await entered.Task.WaitAsync(TimeSpan.FromMinutes(1), Cancel);

        await EnterAsync().WaitAsync(TimeSpan.FromMinutes(1), Cancel);

        // A turn that was left only at the end of the run would have let it end by now.
        await Task.Delay(20, Cancel);
        Assert.False(heavy.IsCompleted);

        // Its own turn, which it left when the model had run, is not left again when it ends.
        Assert.Equal(8000, (await heavy)!.Width);
        var next = EnterAsync();
        Assert.False(next.IsCompleted);
        _lane.Leave();
        await next.WaitAsync(TimeSpan.FromMinutes(1), Cancel);
    }

    private Task EnterAsync(WorkLane lane = WorkLane.Interactive, CancellationToken? cancel = null) => _lane.EnterAsync(lane, cancel ?? Cancel);
}
