using RoadSeg.Cli.Stack;
using RoadSeg.Models;
using RoadSeg.Packaging;
using RoadSeg.Registry;

namespace RoadSeg.Benchmarks;

/// <summary>What a photo waits longer for while its process downloads, checks, loads and tests another version of the model.</summary>
internal static class RolloutBenchmark
{
    private const int Rounds = 4;
    private const int Photos = 40;
    private const int Versions = 4;
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(3);

    public static async Task RunAsync(CancellationToken cancel)
    {
        Console.WriteLine(FormattableString.Invariant($"\n== rollout: submit to result, alone and with a new version going live every {Between.TotalSeconds:F0} s"));
        var folder = Directory.CreateTempSubdirectory("roadseg-bench-rollout-");
        try
        {
            // Of the versions that are not live one is kept in memory: each that goes live must be loaded.
            await using var stack = await LocalStack.StartAsync(
                new LocalStackOptions { Settings = new Dictionary<string, string> { ["ROADSEG_MODEL_POLL"] = "00:00:01", ["ROADSEG_MODELS_LOADED"] = "1" } }, cancel);
            var registry = new ModelRegistry(stack.Blobs, TimeProvider.System);
            var versions = await PublishAsync(registry, folder.FullName, cancel);
            var photo = await File.ReadAllBytesAsync(Workspace.SamplePhoto, cancel);
            await Submission.TimedAsync(stack.Api, photo, cancel);

            var (alone, beside, promoted) = (new List<double>(), new List<double>(), 0);
            var seen = new HashSet<(int Round, string Version)>();
            for (var round = 0; round < Rounds; round++)
            {
                await ManyAsync(stack.Api, photo, alone, null, cancel);
                using var done = CancellationTokenSource.CreateLinkedTokenSource(cancel);
                var promoting = PromoteAsync(registry, versions, promoted, done.Token);
                await ManyAsync(stack.Api, photo, beside, version => seen.Add((round, version)), cancel);
                await done.CancelAsync();
                promoted = await promoting;
                await Task.Delay(Between, cancel);
            }

            var (quiet, loaded) = (new Sample(alone), new Sample(beside));
            Console.WriteLine($"  {promoted} promotions; {seen.Count} versions served while they came");
            Console.WriteLine($"  alone:            p95 {quiet.At(0.95):F0} ms; {quiet}");
            Console.WriteLine($"  beside loads:     p95 {loaded.At(0.95):F0} ms; {loaded}");
            Console.WriteLine(FormattableString.Invariant($"  ratio of p95 {loaded.At(0.95) / quiet.At(0.95):F2}, of medians {loaded.Median / quiet.Median:F2}"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<IReadOnlyList<ModelPin>> PublishAsync(ModelRegistry registry, string folder, CancellationToken cancel)
    {
        var pins = new List<ModelPin>();
        for (var i = 0; i < Versions; i++)
        {
            var package = ModelPacker.Pack(Workspace.DefaultModel, Path.Combine(folder, $"v{i}"), TimeProvider.System);
            await registry.PublishAsync(package, "bench", null, null, cancel);
            pins.Add(ModelPin.Of(package.Manifest));

            // A version is a second and a hash.
            await Task.Delay(TimeSpan.FromSeconds(1), cancel);
        }

        return pins;
    }

    private static async Task ManyAsync(HttpClient api, byte[] photo, List<double> times, Action<string>? served, CancellationToken cancel)
    {
        for (var i = 0; i < Photos; i++)
        {
            var (milliseconds, job) = await Submission.TimedAsync(api, photo, cancel);
            times.Add(milliseconds);
            served?.Invoke(job.Result!.ModelVersion);
        }
    }

    private static async Task<int> PromoteAsync(ModelRegistry registry, IReadOnlyList<ModelPin> versions, int promoted, CancellationToken done)
    {
        while (!done.IsCancellationRequested)
        {
            var next = versions[promoted++ % versions.Count];
            await registry.PromoteAsync(next.Model, next.Version, "bench", CancellationToken.None);
            await Task.Delay(Between, done).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return promoted;
    }
}
