using System.Diagnostics;
using RoadSeg.Trainer.Metrics;
using RoadSeg.Trainer.Training;

namespace RoadSeg.Trainer.Tests.Training;

/// <summary>The built trainer as a process of its own, ended by SIGKILL and by its own refusals.</summary>
public sealed class KilledRunTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_run_killed_again_and_again_ends_with_the_same_weights()
    {
        PaintedRoads.Write(Directory.CreateDirectory(_folder["data"]).FullName);
        var recipe = RunTests.Small with { Training = RunTests.Small.Training with { Epochs = 12, EvaluateEvery = 6, CheckpointEvery = 1 } };
        await File.WriteAllTextAsync(_folder["recipe.json"], recipe.ToJson(), TestContext.Current.CancellationToken);
        Assert.Equal((0, ""), await Finish(Train("whole")));

        // A kill comes a moment after a checkpoint: while the next one is computed, written, renamed, or an evaluation runs.
        var random = new Random(5);
        var kills = new List<long>();
        for (var i = 0; i < 4; i++)
        {
            using var run = Start(Train("killed"));
            var last = _folder["killed/last.safetensors"];
            var before = Stamp(last);
            await Eventually.TrueAsync(() => run.HasExited || Stamp(last) != before, "a checkpoint", Patience);
            await Task.Delay(random.Next(120), TestContext.Current.CancellationToken);
            if (run.HasExited)
                break;
            run.Kill();
            await run.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(128 + 9, run.ExitCode);
            kills.Add(Checkpoint.StateOf(last).Step);
        }

        Assert.True(kills.Count(step => step < 36) >= 3, $"Killed at {string.Join(", ", kills)} only.");
        Assert.Equal(kills.Order(), kills);
        Assert.Equal((0, ""), await Finish(Train("killed")));
        foreach (var file in new[] { "last.safetensors", "best.safetensors" })
            Assert.Equal(File.ReadAllBytes(_folder["whole/" + file]), File.ReadAllBytes(_folder["killed/" + file]));
        var (whole, killed) = (MetricsHistory.Read(_folder["whole/metrics.jsonl"]), MetricsHistory.Read(_folder["killed/metrics.jsonl"]));
        Assert.Equal(whole.Evaluations.Select(e => (e.Step, e.MeanIou)), killed.Evaluations.Select(e => (e.Step, e.MeanIou)));
        Assert.Equal(whole.Steps.Select(s => s.Step), killed.Steps.Select(s => s.Step));
    }

    [Fact]
    public async Task A_run_that_is_told_to_end_stores_where_it_is()
    {
        PaintedRoads.Write(Directory.CreateDirectory(_folder["data"]).FullName);
        var recipe = RunTests.Small with { Training = RunTests.Small.Training with { Epochs = 1000, EvaluateEvery = 1000, CheckpointEvery = 100_000 } };
        await File.WriteAllTextAsync(_folder["recipe.json"], recipe.ToJson(), TestContext.Current.CancellationToken);
        using var run = Start(Train("told"));
        var (output, errors) = (run.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), run.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        var metrics = _folder["told/metrics.jsonl"];
        using var limit = new CancellationTokenSource(Patience);
        await Eventually.TrueAsync(
            () => run.HasExited || (Stamp(metrics) != 0 && MetricsHistory.Read(metrics).Steps.Count > 0), "the first step", Patience);
        Assert.False(run.HasExited);
        Assert.False(File.Exists(_folder["told/last.safetensors"]));

        using (var term = Process.Start("kill", ["-TERM", $"{run.Id}"]))
            await term.WaitForExitAsync(limit.Token);
        await run.WaitForExitAsync(limit.Token);
        Assert.Equal("", await errors);
        Assert.NotEqual("", await output);
        Assert.InRange(Checkpoint.StateOf(_folder["told/last.safetensors"]).Step, MetricsHistory.Read(metrics).Steps[^1].Step, 2999);
    }

    [Theory]
    [InlineData("cuda", "there is no CUDA device that this libtorch")]
    [InlineData("gpu", "--device is cpu, cuda or cuda:N, not 'gpu'")]
    public async Task A_device_that_is_not_there_is_refused_in_one_line(string device, string message)
    {
        if (TorchSharp.torch.cuda.is_available() && device == "cuda")
            Assert.Skip("This machine has a GPU.");
        PaintedRoads.Write(Directory.CreateDirectory(_folder["data"]).FullName, train: 4, val: 2);
        var (code, errors) = await Finish([.. Train("out"), "--device", device]);
        Assert.Equal(2, code);
        Assert.Contains(message, errors);
        Assert.Single(errors.Trim().Split('\n'));
    }

    private string[] Train(string output) => ["train", "--data", _folder["data"], "--recipe", _folder["recipe.json"] is var file && File.Exists(file) ? file : "smoke", "--out", _folder[output], "--threads", "1"];

    private static Process Start(string[] arguments) => Process.Start(
        new ProcessStartInfo("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "RoadSeg.Trainer.dll"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;

    private static async Task<(int Code, string Errors)> Finish(string[] arguments)
    {
        using var run = Start(arguments);
        var (output, errors) = (run.StandardOutput.ReadToEndAsync(), run.StandardError.ReadToEndAsync());
        using var limit = new CancellationTokenSource(Patience);
        await run.WaitForExitAsync(limit.Token);
        await output;
        return (run.ExitCode, await errors);
    }

    private static long Stamp(string path) => File.Exists(path) ? File.GetLastWriteTimeUtc(path).Ticks : 0;
}
