using System.Diagnostics;
using System.Text.Json;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Trainer.Work;
using RoadSeg.Trainings;
using RoadSeg.Work;

namespace RoadSeg.Trainer.Tests.Work;

/// <summary>Workers as processes of their own, ended by signals.</summary>
public sealed class KilledWorkerTests(WorkStorage storage) : IClassFixture<WorkStorage>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_killed_workers_run_goes_on_from_its_last_checkpoint_on_another()
    {
        var id = await storage.QueueAsync(storage.Plan("killed", settings: [("training.epochs", "8"), ("training.evaluateEvery", "8")]));
        using (var first = storage.StartProcess())
        {
            await storage.UntilAsync(id, run => run.Progress?.Step >= 4);
            first.Kill();
            await first.WaitForExitAsync(Cancel);
            Assert.Equal(128 + 9, first.ExitCode);
        }

        // The dead worker's lock runs out; this one waits for it.
        using var second = storage.StartProcess();
        var run = await storage.UntilAsync(id, run => run.State.IsTerminal());
        Signal(second, "TERM");
        var (code, output) = await WorkStorage.EndAsync(second);
        Assert.True(run.State == TrainingState.Succeeded, $"{run.Failure?.Message}\n{output}");
        Assert.Equal((2, 0), (run.Attempt, code));
        var starts = await StartsAsync(id);
        Assert.Equal(2, starts.Length);
        Assert.Equal(0, starts[0]);
        Assert.InRange(starts[1], 3, 23);
        Assert.Equal(run.Version, (await storage.Registry.LiveAsync("killed", Cancel))!.Value.Version);
    }

    [Fact]
    public async Task Workers_that_die_after_a_newer_checkpoint_do_not_use_up_a_run_and_those_that_die_without_one_do()
    {
        var id = await storage.QueueAsync(storage.Plan("taken-away", settings: [("training.epochs", "300"), ("training.evaluateEvery", "300")]));
        await DeliverAsync(WorkOptions.MaxDeliveries - 1);
        for (var delivery = WorkOptions.MaxDeliveries; delivery < WorkOptions.MaxDeliveries + 2; delivery++)
        {
            using var taken = storage.StartProcess();
            await storage.UntilAsync(id, run => run.FruitfulDeliveries == delivery || run.State.IsTerminal());
            taken.Kill();
            await taken.WaitForExitAsync(Cancel);
        }

        var run = await storage.RunAsync(id);
        Assert.Equal((TrainingState.Running, 2, null), (run.State, run.Attempt, run.Failure));
        await DeliverAsync(WorkOptions.MaxDeliveries);
        await storage.Worker().RunAsync(untilEmpty: true, Cancel);

        var ended = await storage.RunAsync(id);
        Assert.Equal((TrainingState.Failed, "attempts-exhausted"), (ended.State, ended.Failure?.Code));
    }

    [Fact]
    public async Task A_worker_told_to_end_stores_its_run_hands_it_back_at_once_and_exits_with_zero()
    {
        var id = await storage.QueueAsync(storage.Plan("told", settings: [("training.epochs", "300"), ("training.evaluateEvery", "300"), ("training.checkpointEvery", "1000")]));
        long told;
        using (var first = storage.StartProcess())
        {
            told = (await storage.UntilAsync(id, run => run.Progress?.Step >= 3)).Progress!.Step;
            Signal(first, "TERM");
            var (code, output) = await WorkStorage.EndAsync(first);
            Assert.True(code == 0, output);
        }

        // No lock to wait for: the message is there, and what was learned too, though no checkpoint was due.
        Assert.Null((await storage.RunAsync(id)).Owner);
        using var second = storage.StartProcess("--until-empty");
        var taken = await storage.UntilAsync(id, run => run.Attempt == 2 && run.Progress!.Step > told);
        Assert.Equal(TrainingState.Running, taken.State);
        await Eventually.TrueAsync(async () => (await StartsAsync(id)).Length == 2, "the start of the second attempt");
        await storage.Runs.TryMoveAsync(id, TrainingState.Canceled, now => now, Cancel);
        var ended = await WorkStorage.EndAsync(second);
        Assert.True(ended.Code == 0, ended.Output);
        Assert.InRange((await StartsAsync(id))[1], told, 899);
        Assert.True(await storage.IsEmptyAsync());
    }

    // To workers that do nothing with it, as soon as its lock has run out.
    private async Task DeliverAsync(int times)
    {
        for (; times > 0; times--)
        {
            var message = await Eventually.GetAsync(
                async () => (await storage.Queue.ReceiveMessageAsync(TimeSpan.FromSeconds(30), Cancel)).Value, "the message");
            await storage.Queue.UpdateMessageAsync(message.MessageId, message.PopReceipt, visibilityTimeout: TimeSpan.Zero, cancellationToken: Cancel);
        }
    }

    private static void Signal(Process process, string name)
    {
        using var kill = Process.Start("kill", ["-" + name, $"{process.Id}"]);
        kill.WaitForExit();
    }

    private async Task<long[]> StartsAsync(WorkId id) =>
        [.. (await storage.TextAsync(id, TrainingFiles.Metrics))!.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Where(entry => entry.GetProperty("kind").GetString() == "start")
            .Select(entry => entry.GetProperty("step").GetInt64())];
}
