namespace RoadSeg.Benchmarks.Scale;

/// <summary>The capacity plan: the same figures on every machine. docs/scale.md says how to read them.</summary>
internal static class ScaleBenchmark
{
    private const int Seed = 20261122;
    private const double Minute = 60;
    private const double Hour = 3600;

    public static Task RunAsync(CancellationToken cancel)
    {
        var times = new ServiceTimes();
        Console.WriteLine("\n== scale: simulated; GPU, event, storage and start times are assumptions (tests/RoadSeg.Benchmarks/Scale/ServiceTimes.cs)");
        Console.WriteLine(FormattableString.Invariant(
            $"12-megapixel photos. A GPU replica's turn: {1000 * times.GpuTurn(1):F1} ms, {1 / times.GpuTurn(1):F1} photos/s; in batches of 8 {8 / times.GpuTurn(8):F1} photos/s; a 2-core CPU replica {1 / times.CpuTurn:F1} photos/s"));
        PhotoCost.Print(times, new Prices());
        Replicas(times);
        Burst();
        ColdStarts();
        Day();
        Limits(times);
        return Task.CompletedTask;
    }

    private static void Replicas(ServiceTimes times)
    {
        Console.WriteLine("\nLatency in s against GPU replicas, 77 photos/s (100 M a month, twice the mean), an hour, preprocessing ample\n");
        Table("replicas", "use", "p50", "p95", "p99", "p95 in batches of up to 8");
        foreach (var replicas in new[] { 2, 3, 4, 5, 6, 8 })
        {
            var one = Steady(77, replicas, 1);
            var eight = Steady(77, replicas, 8);
            Row(replicas, Percent(77 * times.GpuTurn(1) / replicas), one.Latency(0.5), one.Latency(0.95), one.Latency(0.99), eight.Latency(0.95));
        }

        Console.WriteLine("\nThe same on 2-core CPU replicas, 3.9 photos/s (5 M a month, twice the mean)\n");
        Table("replicas", "use", "p50", "p95", "p99");
        foreach (var replicas in new[] { 2, 3, 4 })
        {
            var chain = Steady(3.9, replicas, 1, gpu: false);
            Row(replicas, Percent(3.9 * times.CpuTurn / replicas), chain.Latency(0.5), chain.Latency(0.95), chain.Latency(0.99));
        }
    }

    private static Chain Steady(double rate, int replicas, int batch, bool gpu = true)
    {
        var simulator = new Simulator(Seed);
        var chain = new Chain(simulator, new ChainOptions { Preprocess = ScaleRule.Fixed(8), Segment = ScaleRule.Fixed(replicas), Batch = batch, Gpu = gpu });
        chain.Arrivals(_ => rate, rate, Hour);
        simulator.Run(2 * Hour);
        return chain;
    }

    private static void Burst()
    {
        Console.WriteLine(FormattableString.Invariant($"\nA burst of 10 000 photos within a minute, KEDA at {new ServiceTimes().MessagesPerReplica} messages a replica as deployed\n"));
        Table("GPU replicas", "first result s", "p50 s", "p95 s", "all done min", "GPU seconds", "started");
        foreach (var (min, max) in new[] { (0, 1), (0, 4), (0, 16), (1, 4), (1, 16), (4, 16) })
        {
            var times = new ServiceTimes();
            var simulator = new Simulator(Seed);
            var chain = new Chain(simulator, new ChainOptions
            {
                Preprocess = Preprocess(times),
                Segment = new ScaleRule(min, max, times.MessagesPerReplica, times.ColdStart.Gpu),
            });
            for (var i = 0; i < 10_000; i++)
                simulator.After(simulator.Uniform() * Minute, chain.Submit);
            simulator.Run(2 * Hour);
            Row($"{min} to {max}", chain.Latency(0), chain.Latency(0.5), chain.Latency(0.95), chain.LastEnd / Minute, chain.Segment.Seconds - (min * (2 * Hour)) + (min * chain.LastEnd), chain.Segment.ColdStarts);
        }
    }

    private static void ColdStarts()
    {
        Console.WriteLine("\nCold starts: a week of few photos\n");
        Table("photos an hour", "least replicas", "p50 s", "p95 s", "waited over 30 s", "starts a day", "GPU hours a day");
        foreach (var perHour in new[] { 1, 10, 100, 1000 })
        {
            foreach (var min in new[] { 0, 1 })
            {
                var times = new ServiceTimes();
                var simulator = new Simulator(Seed);
                var chain = new Chain(simulator, new ChainOptions
                {
                    Preprocess = Preprocess(times),
                    Segment = new ScaleRule(min, times.MostReplicas.Gpu, times.MessagesPerReplica, times.ColdStart.Gpu),
                });
                chain.Arrivals(_ => perHour / Hour, perHour / Hour, 7 * 24 * Hour);
                simulator.Run(7 * 24 * Hour);
                var late = chain.Latencies.Count(latency => latency > 30) / (double)chain.Latencies.Count;
                Row(perHour, min, chain.Latency(0.5), chain.Latency(0.95), Percent(late), chain.Segment.ColdStarts / 7.0, chain.Segment.Seconds / 7 / Hour);
            }
        }
    }

    private static void Day()
    {
        Console.WriteLine("\nA day of 100 M photos a month (38.6 photos/s in the mean, a sine from 0.2 to 1.8 of it), KEDA; as deployed: 4 messages a replica, 1 CPU replica at least, 0 to 4 GPU replicas\n");
        Table("messages a replica", "CPU replicas at least", "GPU replicas", "p50 s", "p95 s", "p99 s", "most at once", "GPU hours", "photos a GPU second paid");
        foreach (var (target, cpu, min, max) in new[] { (4.0, 1, 0, 4), (4.0, 1, 2, 4), (4.0, 2, 1, 30), (4.0, 2, 1, 4), (30.0, 2, 1, 4), (4.0, 2, 2, 30), (4.0, 2, 2, 4), (4.0, 2, 3, 3) })
        {
            var times = new ServiceTimes();
            var simulator = new Simulator(Seed);
            var chain = new Chain(simulator, new ChainOptions
            {
                Preprocess = Preprocess(times) with { Min = cpu, Target = target },
                Segment = new ScaleRule(min, max, target, times.ColdStart.Gpu),
            });
            const double mean = 100e6 / (30 * 24 * 3600);
            chain.Arrivals(time => mean * (1 - (0.8 * Math.Cos(2 * Math.PI * time / (24 * Hour)))), 1.8 * mean, 24 * Hour);
            simulator.Run(24 * Hour);
            Row(target, cpu, $"{min} to {max}", chain.Latency(0.5), chain.Latency(0.95), chain.Latency(0.99), chain.Segment.Most, chain.Segment.Seconds / Hour, chain.Latencies.Count / chain.Segment.Seconds);
        }
    }

    private static void Limits(ServiceTimes times)
    {
        Console.WriteLine("\nWhere the first limit bites: replicas ample, ten minutes at a steady rate\n");
        Table("photos/s", "accounts", "use of an account", "use of a queue", "p95 s");
        foreach (var (rate, accounts) in new[] { (100.0, 1), (400.0, 1), (560.0, 1), (620.0, 1), (620.0, 2), (3900.0, 6), (3900.0, 8), (3900.0, 12) })
        {
            var simulator = new Simulator(Seed);
            var chain = new Chain(simulator, new ChainOptions { Preprocess = ScaleRule.Fixed(400), Segment = ScaleRule.Fixed(400), Accounts = accounts });
            chain.Arrivals(_ => rate, rate, 10 * Minute);
            simulator.Run(10 * Minute);
            Row(rate, accounts, Percent(rate * times.Requests / accounts / times.AccountRequests), Percent(rate * 3 / accounts / times.QueueMessages), chain.Latency(0.95));
        }
    }

    private static ScaleRule Preprocess(ServiceTimes times) => new(1, times.MostReplicas.Cpu, times.MessagesPerReplica, times.ColdStart.Cpu);

    private static string Percent(double share) => FormattableString.Invariant($"{100 * share:F0} %");

    private static void Table(params string[] titles)
    {
        Console.WriteLine($"| {string.Join(" | ", titles)} |");
        Console.WriteLine($"|{string.Concat(titles.Select(_ => "---|"))}");
    }

    private static void Row(params object[] cells) => Console.WriteLine($"| {string.Join(" | ", cells.Select(cell => cell switch
    {
        double number when Math.Abs(number) >= 1000 => FormattableString.Invariant($"{number:N0}"),
        double number => FormattableString.Invariant($"{number:0.##}"),
        _ => FormattableString.Invariant($"{cell}"),
    }))} |");
}
