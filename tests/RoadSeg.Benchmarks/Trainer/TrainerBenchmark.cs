using System.Text.Json;
using RoadSeg.Cli.Stack;

namespace RoadSeg.Benchmarks.Trainer;

/// <summary>A training step against the same step in PyTorch, round by round; the loader; how two ranks scale; then the exported precisions.</summary>
internal static class TrainerBenchmark
{
    private const int Warmup = 2;
    private const int Rounds = 7;
    private const int PerRound = 2;
    private const int Loaded = 12;
    private static readonly string CamVid = Path.GetFullPath(Path.Combine(Workspace.Root, "..", "shared", "data", "camvid"));
    private const string Python = "/usr/bin/python3";

    public static Task RunAsync(CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("roadseg-step-");
        try
        {
            Steps(folder.FullName, CamVid, cancel);
            ScalingBenchmark.Run(folder.FullName, CamVid, cancel);
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        return Task.CompletedTask;
    }

    private static void Steps(string folder, string camvid, CancellationToken cancel)
    {
        string[] worker = [typeof(TrainerBenchmark).Assembly.Location, TrainerWorkerName, folder, camvid, Environment.GetEnvironmentVariable("OMP_NUM_THREADS") ?? $"{Environment.ProcessorCount}", "false"];
        using var ours = Peer.Start("dotnet", worker, out var why) ?? throw new InvalidOperationException($"The training step cannot be run: {why}");
        Console.WriteLine($"\n== trainer: one update of recipe camvid-mnv2 (batch 8, 256x224, loss, backward, clipping, AdamW, average), {ours.Ready.GetProperty("threads")} threads, libtorch {ours.Ready.GetProperty("torch")}");
        using var theirs = Peer.Start(Python, [Path.Combine(Workspace.Root, "tests", "RoadSeg.Benchmarks", "Trainer", "trainer_step.py"), folder], out why);
        if (theirs is null)
            Console.WriteLine($"  PyTorch is left out: {why} (apt-get install python3-torch)");

        var first = (ours.Ask($"run {Warmup}"), theirs?.Ask($"run {Warmup}"));
        if (first.Item2 is { } other)
            Console.WriteLine($"  same step: losses {Numbers(first.Item1, "losses", "F5")} here, {Numbers(other, "losses", "F5")} in PyTorch {theirs!.Ready.GetProperty("torch")}");
        List<double> mine = [], peer = [], ratios = [];
        double cpuMine = 0, cpuPeer = 0;
        for (var round = 0; round < Rounds && !cancel.IsCancellationRequested; round++)
        {
            var before = (ours.CpuMilliseconds(), theirs?.CpuMilliseconds());
            var a = ours.Ask($"run {PerRound}");
            var b = theirs?.Ask($"run {PerRound}");
            cpuMine += ours.CpuMilliseconds() - before.Item1;
            cpuPeer += (theirs?.CpuMilliseconds() - before.Item2) ?? 0;
            mine.AddRange(Values(a, "milliseconds"));
            if (b is not { } answer)
                continue;
            peer.AddRange(Values(answer, "milliseconds"));
            ratios.Add(Values(a, "milliseconds").Sum() / Values(answer, "milliseconds").Sum());
        }

        Console.WriteLine($"  here:    {new Sample(mine)}");
        if (theirs is not null)
        {
            Console.WriteLine($"  PyTorch: {new Sample(peer)}");
            Console.WriteLine(FormattableString.Invariant($"  ratio of medians {new Sample(mine).Median / new Sample(peer).Median:F3}; by round {string.Join(' ', ratios.Select(r => r.ToString("F3")))}"));
            Console.WriteLine(FormattableString.Invariant($"  processor time an update: {cpuMine / mine.Count:F0} ms here, {cpuPeer / peer.Count:F0} ms in PyTorch, ratio {cpuMine / cpuPeer:F3}"));
        }

        Console.WriteLine($"  peak memory: {ours.PeakMebibytes():F0} MiB here{(theirs is null ? "" : $", {theirs.PeakMebibytes():F0} MiB in PyTorch, ratio {ours.PeakMebibytes() / theirs.PeakMebibytes():F2}")}");
        Console.WriteLine($"  raw, here: {string.Join(' ', mine.Select(m => m.ToString("F0")))}");
        if (theirs is not null)
            Console.WriteLine($"  raw, PyTorch: {string.Join(' ', peer.Select(m => m.ToString("F0")))}");
        var loaded = ours.Ask($"load {Loaded}");
        var wall = Values(loaded, "milliseconds").Sum();
        Console.WriteLine($"  with the loader ({ours.Ready.GetProperty("frames")} frames, augmentation on the same cores): {new Sample(Values(loaded, "milliseconds"))}");
        Console.WriteLine($"  waiting for batches: {loaded.GetProperty("waitedMilliseconds").GetDouble() / wall:P2} of {Loaded} updates, the first batch included");
    }

    /// <summary>First argument of the process that takes our steps.</summary>
    public const string TrainerWorkerName = "trainer-worker";

    internal static double[] Values(JsonElement answer, string name) => [.. answer.GetProperty(name).EnumerateArray().Select(v => v.GetDouble())];

    private static string Numbers(JsonElement answer, string name, string format) => string.Join(' ', Values(answer, name).Select(v => v.ToString(format)));
}
