using System.Diagnostics;
using RoadSeg.Cli.Stack;

namespace RoadSeg.Benchmarks;

/// <summary>How long a caller waits for one photo of an idle service, on a host that polls as the official one does: every queue is polled less and less often,
/// down to every two seconds. The photos come one by one, with pauses in which every queue is at its slowest.</summary>
internal static class WaitBenchmark
{
    private const int Photos = 25;
    private const int Seed = 20261129;
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(3);

    public static async Task RunAsync(CancellationToken cancel)
    {
        Console.WriteLine("\n== wait: one photo, an idle service, queues polled every 2 s at most");
        var settings = new Dictionary<string, string> { ["AzureFunctionsJobHost__extensions__queues__maxPollingInterval"] = "00:00:02" };
        await using var stack = await LocalStack.StartAsync(new LocalStackOptions { Settings = settings }, cancel);
        var photo = await File.ReadAllBytesAsync(Workspace.SamplePhoto, cancel);
        var random = new Random(Seed);
        for (var i = 0; i < 3; i++)
            await Submission.AnswerAsync(stack.Api, photo, cancel);

        var (waits, works) = (new List<double>(), new List<double>());
        for (var i = 0; i < Photos; i++)
        {
            await Task.Delay(ShortestPause + TimeSpan.FromSeconds(2 * random.NextDouble()), cancel);
            var started = Stopwatch.GetTimestamp();
            var job = await Submission.AnswerAsync(stack.Api, photo, cancel);
            waits.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            works.Add(job.Stages.Decode!.Value + job.Stages.Infer!.Value + job.Stages.Upsample!.Value);
        }

        var (wait, work) = (new Sample(waits), new Sample(works));
        var ratio = new Sample([.. waits.Zip(works).Select(pair => pair.First / pair.Second)]);
        Console.WriteLine($"  answer {wait}");
        Console.WriteLine($"  decode + model + upsample {work}");
        Console.WriteLine(FormattableString.Invariant($"  ratio, photo by photo: median {ratio.Median:F2} (p90 {ratio.At(0.9):F2})"));
    }
}
