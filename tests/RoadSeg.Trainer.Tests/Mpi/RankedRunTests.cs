using System.Diagnostics;
using RoadSeg.Imaging;
using RoadSeg.Trainer.Metrics;
using RoadSeg.Trainer.Tests.Training;
using RoadSeg.Trainer.Training;
using RoadSeg.Trainer.Weights;

namespace RoadSeg.Trainer.Tests.Mpi;

/// <summary>Two processes under mpirun train as one does that has the whole batch.</summary>
public sealed class RankedRunTests : IDisposable
{
    private const int Updates = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly TempFolder _folder = new();

    public RankedRunTests()
    {
        // Random weights and large steps multiply the last digit by thousands within a few updates, and one process on three threads then
        // differs from itself on one as much: the encoder is one that has learned, and moves little. AdamW steps by the sign of gradients that are
        // nothing but rounding, which other processors round otherwise: SGD steps by what they are, and shows a sum that should be a mean.
        // One batch an epoch, which ends with an evaluation: metrics.jsonl then has the loss of every update.
        PaintedRoads.Write(Directory.CreateDirectory(_folder["data"]).FullName, train: 8, val: 1);
        var recipe = RunTests.Small with
        {
            Augmentation = RunTests.Small.Augmentation with { Noise = 0.5 },
            Training = RunTests.Small.Training with
            {
                BatchSize = 8,
                Epochs = Updates,
                EvaluateEvery = 1,
                SyncBatchNorm = true,
                Optimizer = OptimizerKind.Sgd,
                LearningRate = 0.02,
                EncoderRate = 0.01,
            },
        };
        File.WriteAllText(_folder["recipe.json"], recipe.ToJson());
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Two_ranks_with_half_a_batch_each_lose_what_one_process_does_also_when_killed_and_gone_on_with_as_another_number()
    {
        await AloneAsync("alone");
        var alone = Losses("alone");
        Assert.Equal(Updates, alone.Count);
        Assert.True(alone[^1] < alone[0] - 0.01, $"Nothing is learned: {string.Join(' ', alone)}");

        using (var run = MpirunRun.Start(Train("ranks"), Train("ranks")))
        {
            var (code, output, errors) = await run.EndAsync();
            Assert.True(code == 0, output + errors);
            Assert.Contains("2 ranks train together, each 4 samples of every batch.", output);

            // The first alone speaks and writes.
            Assert.Single(output.Split('\n'), line => line.StartsWith("Best mIoU", StringComparison.Ordinal));
            Assert.Equal("", errors);
        }

        var ranks = Losses("ranks");
        TestContext.Current.TestOutputHelper!.WriteLine($"Losses differ by at most {alone.Zip(ranks, (a, b) => Math.Abs(a - b)).Max():G2}.");
        Assert.Equal(alone, ranks, (a, b) => Math.Abs(a - b) < 1e-4);
        AssertAlike("alone", "ranks", name => name.StartsWith("optimizer.decoder.", StringComparison.Ordinal) && name.EndsWith(".0.weight.first", StringComparison.Ordinal));
        AssertAlike("alone", "ranks", name => name.EndsWith(".running_var", StringComparison.Ordinal) || name.EndsWith(".running_mean", StringComparison.Ordinal));

        // A rank is killed, then one process goes on, is told to end, and two go on again.
        int[] left;
        using (var run = MpirunRun.Start(Train("killed"), Train("killed")))
        {
            await UpdatesAsync("killed", 5, () => run.HasExited);
            left = [.. run.Ranks];
            using (var rank = Process.GetProcessById(left[1]))
                rank.Kill();
            var (code, _, errors) = await run.EndAsync();
            Assert.NotEqual(0, code);
            Assert.Contains("signal 9", errors);
        }

        await Eventually.TrueAsync(() => left.All(id => !Directory.Exists($"/proc/{id}")), "the end of the other rank");
        var killedAt = Checkpoint.StateOf(_folder["killed/last.safetensors"]).Step;
        Assert.InRange(killedAt, 4, Updates - 5);
        using (var one = Alone("killed"))
        {
            var output = one.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await UpdatesAsync("killed", (int)killedAt + 3, () => one.HasExited);
            using (var term = Process.Start("kill", ["-TERM", $"{one.Id}"]))
                await term.WaitForExitAsync(TestContext.Current.CancellationToken);
            await one.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Contains("Goes on from", await output);
        }

        Assert.InRange(Checkpoint.StateOf(_folder["killed/last.safetensors"]).Step, killedAt + 3, Updates - 1);
        using (var run = MpirunRun.Start(Train("killed"), Train("killed")))
        {
            var (code, output, errors) = await run.EndAsync();
            Assert.True(code == 0, output + errors);
            Assert.Contains("Goes on from", output);
        }

        Assert.Equal(alone, Losses("killed"), (a, b) => Math.Abs(a - b) < 1e-4);
        Assert.Equal(Checkpoint.StateOf(_folder["alone/last.safetensors"]), Checkpoint.StateOf(_folder["killed/last.safetensors"]));
    }

    [Fact]
    public async Task A_rank_that_hangs_ends_the_run_with_a_sentence()
    {
        string[] train = [.. Train("hung"), "--set", "training.epochs=100000", "--rank-patience", "5"];
        using var run = MpirunRun.Start(train, train);
        await UpdatesAsync("hung", 2, () => run.HasExited);
        using (var stop = Process.Start("kill", ["-STOP", $"{run.Ranks[1]}"]))
            await stop.WaitForExitAsync(TestContext.Current.CancellationToken);

        var (code, _, errors) = await run.EndAsync();
        Assert.NotEqual(0, code);
        Assert.Contains("No word from the other ranks for 5 s: one of them hangs or is gone. The last checkpoint is whole", errors);
        Assert.InRange(Checkpoint.StateOf(_folder["hung/last.safetensors"]).Step, 2, 1_000_000);
    }

    [Theory]
    [InlineData("settings", "training.learningRate 0.02 -> 0.5")]
    [InlineData("data", "training data")]
    [InlineData("photos", "photos without labels (--unlabelled)")]
    public async Task Ranks_with_other_settings_or_other_data_are_refused_by_what_differs(string what, string named)
    {
        var second = Train("out");
        if (what == "settings")
            second = [.. second, "--set", "training.learningRate=0.5"];
        if (what == "photos")
            second = [.. second, "--unlabelled", _folder["data/val"], "--set", "unlabelled.averageFromStep=2"];
        if (what == "data")
        {
            PaintedRoads.Write(Directory.CreateDirectory(_folder["other"]).FullName, train: 8, val: 1);
            var mask = Directory.GetFiles(_folder["other/trainannot"]).Order().Last();
            var (_, ids) = PaintedRoads.Paint(96, 64, new Random(99));
            File.WriteAllBytes(mask, GrayPng.Encode(ids, 96, 64));
            second[Array.IndexOf(second, _folder["data"])] = _folder["other"];
        }

        // The fault: photos on one rank alone were met by sums of another rank, and waited for as long as a rank is waited for.
        var first = what == "photos" ? [.. Train("out"), "--set", "unlabelled.averageFromStep=2"] : Train("out");
        using var run = MpirunRun.Start(first, second);
        var (code, _, errors) = await run.EndAsync();
        Assert.NotEqual(0, code);
        Assert.Contains($"Rank 1: This rank has not what rank 0 has: {named}. Start every rank with the same command", errors);
        Assert.False(File.Exists(_folder["out/last.safetensors"]));
    }

    [Fact]
    public async Task A_full_disk_ends_all_ranks_with_a_sentence_and_keeps_the_checkpoint()
    {
        await AloneAsync("full", "--set", "training.epochs=2");
        var last = _folder["full/last.safetensors"];
        var before = File.ReadAllBytes(last);
        File.CreateSymbolicLink(last + ".tmp", "/dev/full");

        using var run = MpirunRun.Start(Train("full"), Train("full"));
        var (code, _, errors) = await run.EndAsync();
        Assert.NotEqual(0, code);
        Assert.Contains($"Rank 0: {last} could not be written", errors);
        Assert.DoesNotContain("Rank 1:", errors);
        Assert.Equal(before, File.ReadAllBytes(last));
    }

    [Theory]
    [InlineData("training.batchSize=7", "A batch of 7 cannot be dealt out to 2 ranks alike: set a multiple (--set training.batchSize=8)")]
    [InlineData("training.batchSize=2", "too few for batch norm of its own: add --set training.syncBatchNorm=true")]
    public async Task A_batch_that_cannot_be_dealt_out_is_refused_once(string setting, string message)
    {
        string[] train = [.. Train("out"), "--set", "training.syncBatchNorm=false", "--set", setting];
        using var run = MpirunRun.Start(train, train);
        var (code, _, errors) = await run.EndAsync();
        Assert.NotEqual(0, code);
        Assert.Single(errors.Split('\n'), line => line.Contains(message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_process_alone_loads_no_MPI_and_says_nothing_of_it()
    {
        using var run = Alone("plain", "--set", "training.epochs=100000");
        var output = run.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await UpdatesAsync("plain", 1, () => run.HasExited);
        var maps = await File.ReadAllTextAsync($"/proc/{run.Id}/maps", TestContext.Current.CancellationToken);
        run.Kill();
        Assert.Contains("libtorch_cpu", maps);
        Assert.DoesNotContain("libmpi", maps);
        Assert.DoesNotContain("rank", await output, StringComparison.OrdinalIgnoreCase);
    }

    private string[] Train(string output) =>
        ["train", "--data", _folder["data"], "--recipe", _folder["recipe.json"], "--out", _folder[output], "--threads", "1", "--init", Checkout.File("models/default/checkpoint.safetensors")];

    private void AssertAlike(string one, string other, Predicate<string> named)
    {
        var (first, second) = (SafeTensors.Read(_folder[one + "/last.safetensors"]).Tensors, SafeTensors.Read(_folder[other + "/last.safetensors"]).Tensors);
        var names = first.Keys.Where(name => named(name)).ToList();
        Assert.NotEmpty(names);
        foreach (var name in names)
        {
            var (a, b) = (first[name].Floats(), second[name].Floats());
            var (length, difference) = (Math.Sqrt(a.Sum(value => (double)value * value)), Math.Sqrt(a.Zip(b, (x, y) => (double)(x - y) * (x - y)).Sum()));
            Assert.True(difference < 0.05 * length, $"{name}: {length}, and {difference} apart.");
        }
    }

    private Process Alone(string output, params string[] more) => Process.Start(
        new ProcessStartInfo("dotnet", MpirunRun.Command([.. Train(output), .. more])) { RedirectStandardOutput = true, UseShellExecute = false })!;

    private async Task AloneAsync(string output, params string[] more)
    {
        using var run = Alone(output, more);
        var said = await run.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await run.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(run.ExitCode == 0, said);
    }

    private Task UpdatesAsync(string output, int count, Func<bool> ended) => Eventually.TrueAsync(
        () => ended() || (File.Exists(_folder[output + "/metrics.jsonl"]) && MetricsHistory.Read(_folder[output + "/metrics.jsonl"]).Evaluations.Count >= count),
        $"{count} updates",
        Patience);

    private List<double> Losses(string output) => [.. MetricsHistory.Read(_folder[output + "/metrics.jsonl"]).Evaluations.OrderBy(e => e.Step).Select(e => e.TrainLoss)];
}
