namespace RoadSeg.Benchmarks.Trainer;

/// <summary>The same update by one process with two threads and by two ranks with one each, round by round.</summary>
internal static class ScalingBenchmark
{
    private const int Warmup = 2;
    private const int Rounds = 7;
    private const int PerRound = 2;
    private const int Averages = 20;

    public static void Run(string folder, string data, CancellationToken cancel)
    {
        // As the tests do: containers run as root, and there may be fewer cores than ranks.
        Environment.SetEnvironmentVariable("OMPI_ALLOW_RUN_AS_ROOT", "1");
        Environment.SetEnvironmentVariable("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1");
        Console.WriteLine("\n== scaling: one update of recipe camvid-mnv2, batch 8, by one process on 2 threads and by 2 ranks of 4 on 1 thread each, rounds interleaved");
        using var alone = Start(false, 1, 2, out var why) ?? throw new InvalidOperationException($"The training step cannot be run: {why}");
        using var ranks = Start(false, 2, 1, out why);
        using var synchronised = Start(true, 2, 1, out var whyNot);
        if (ranks is null || synchronised is null)
        {
            Console.WriteLine($"  left out: {(why.Length > 0 ? why : whyNot)} (apt-get install openmpi-bin)");
            return;
        }

        (string Name, Peer Peer)[] contestants = [("1 process x 8, 2 threads", alone), ("2 ranks x 4, 1 thread each", ranks), ("the same, SyncBatchNorm", synchronised)];
        var times = contestants.Select(_ => new List<double>()).ToArray();
        for (var round = -1; round < Rounds && !cancel.IsCancellationRequested; round++)
        {
            for (var c = 0; c < contestants.Length; c++)
            {
                var answer = contestants[c].Peer.Ask($"run {(round < 0 ? Warmup : PerRound)}");
                if (round >= 0)
                    times[c].AddRange(TrainerBenchmark.Values(answer, "milliseconds"));
            }
        }

        for (var c = 0; c < contestants.Length; c++)
        {
            var byRound = times[c].Chunk(PerRound).Zip(times[0].Chunk(PerRound), (ours, theirs) => theirs.Sum() / ours.Sum());
            Console.WriteLine(FormattableString.Invariant($"  {contestants[c].Name,-28} {new Sample(times[0]).Median / new Sample(times[c]).Median:F2} times as fast as one process (by round {string.Join(' ', byRound.Select(r => r.ToString("F2")))}); {new Sample(times[c])}"));
            Console.WriteLine($"    raw: {string.Join(' ', times[c].Select(ms => ms.ToString("F0")))}");
        }

        Console.WriteLine($"  averaging the gradients alone: {new Sample([.. TrainerBenchmark.Values(ranks.Ask($"average {Averages}"), "milliseconds")])}");

        Peer? Start(bool sync, int count, int threads, out string reason)
        {
            string[] worker = [typeof(ScalingBenchmark).Assembly.Location, TrainerBenchmark.TrainerWorkerName, folder, data, $"{threads}", $"{sync}"];
            return count == 1 ? Peer.Start("dotnet", worker, out reason) : Peer.Start("mpirun", ["--oversubscribe", "--bind-to", "none", "-n", $"{count}", "dotnet", .. worker], out reason);
        }
    }
}
