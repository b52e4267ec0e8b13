using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using RoadSeg.Batches;
using RoadSeg.Cli.Stack;
using RoadSeg.Storage;
using RoadSeg.Tests;

namespace RoadSeg.Benchmarks;

/// <summary>A batch of many photos with a model of a millisecond, from its request to its end: requests of storage an item, memory of the worker, and what is
/// left of it when the worker is killed on the way. ROADSEG_BENCH_BATCH says how many photos (2 000), ROADSEG_BENCH_CALM how many of a batch before it whose worker lives (2 000),
/// ROADSEG_BENCH_KILLS how many kills (20).</summary>
internal static class BatchBenchmark
{
    private const int AtOnce = 16;
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(20);

    private static readonly int Photos = Read("ROADSEG_BENCH_BATCH", 2000);
    private static readonly int Calm = Read("ROADSEG_BENCH_CALM", 2000);
    private static readonly int Kills = Read("ROADSEG_BENCH_KILLS", 20);

    public static async Task RunAsync(CancellationToken cancel)
    {
        Console.WriteLine($"\n== batch: {Calm} photos, then {Photos} with {Kills} kills of the worker");
        using var folder = new TempFolder();
        var model = TinyPackages.Write(folder["model"], "tiny", 0).Folder;
        await using var stack = await LocalStack.StartAsync(new LocalStackOptions { Settings = new Dictionary<string, string> { ["ROADSEG_MODEL"] = model } }, cancel);
        var counts = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        using var log = stack.OnStorageRequest(line =>
        {
            if (StorageBenchmark.Describe(line) is { } request)
                counts.AddOrUpdate(request, 1, static (_, count) => count + 1);
        });
        var photo = BinaryData.FromBytes(TinyPackages.RedPhoto());
        var drops = stack.Blobs.GetBlobContainerClient(Containers.Batches);
        foreach (var (prefix, photos) in ((string, int)[])[("calm", Calm), ("killed", Photos)])
            await Parallel.ForAsync(0, photos, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel }, async (i, stop) =>
                await drops.UploadBlobAsync(string.Create(CultureInfo.InvariantCulture, $"{prefix}/{i / 1000:D4}/{i:D6}.png"), photo, stop));
        counts.Clear();
        await Task.Delay(Idle, cancel);
        var idle = counts.ToDictionary(count => count.Key, count => count.Value / Idle.TotalSeconds);
        await OneAsync("calm/", Calm, 0);
        var (batch, killed) = await OneAsync("killed/", Photos, Kills);

        var (records, again) = (0, 0);
        await foreach (var item in stack.Client.ListBatchItemsAsync(batch.Id, "succeeded", cancel: cancel))
        {
            records++;
            if (records % Math.Max(1, Photos / 500) == 0 && (await stack.Client.GetAsync(item.Job!.Value, cancel)).Result!.Attempt > 1)
                again++;
        }

        var jobs = 0;
        await foreach (var blob in stack.Blobs.GetBlobContainerClient(Containers.Jobs).GetBlobsAsync(cancellationToken: cancel))
            jobs++;
        Console.WriteLine($"  {killed} kills of the worker: {Photos - records} lost, {jobs - Photos - Calm} doubled; of a sample of 500 {again} began more than once");

        async Task<(BatchView Batch, int Killed)> OneAsync(string prefix, int photos, int kills)
        {
            counts.Clear();
            var (batch, seconds, peak, killed) = await FollowAsync(stack, prefix, kills, cancel);
            await Task.Delay(TimeSpan.FromSeconds(2), cancel);
            Tell(batch, seconds, peak);
            var each = counts.Select(count => (count.Key, Value: (count.Value - (idle.GetValueOrDefault(count.Key) * seconds)) / photos))
                .Where(static count => count.Value >= 0.02 && !count.Key.StartsWith("queue receive", StringComparison.Ordinal)).OrderBy(static count => count.Key, StringComparer.Ordinal).ToList();
            Console.WriteLine(FormattableString.Invariant($"  {each.Sum(static count => count.Value):F1} requests an item, receives not counted, of which writes {each.Where(static count => count.Key.Contains(" write ", StringComparison.Ordinal)).Sum(static count => count.Value):F1}"));
            foreach (var (request, value) in each)
                Console.WriteLine(FormattableString.Invariant($"    {value,6:F2}  {request}"));
            return (batch, killed);
        }
    }

    private static void Tell(BatchView batch, double seconds, long peak) =>
        Console.WriteLine(FormattableString.Invariant($"  {batch.State}: {batch.Counts!.Succeeded} of {batch.Total} succeeded in {seconds:F0} s, {batch.Total / seconds:F1} photos/s; worker {peak >> 20} MiB at most"));

    private static async Task<(BatchView Batch, double Seconds, long Peak, int Kills)> FollowAsync(LocalStack stack, string prefix, int kills, CancellationToken cancel)
    {
        var (began, peak, killed, told) = (Stopwatch.GetTimestamp(), 0L, 0, 0);
        var id = (await stack.Client.StartBatchAsync(new BatchRequest(Prefix: prefix), cancel: cancel)).Id;
        while (true)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(500), cancel);
            BatchView batch;
            try
            {
                using var worker = Process.GetProcessById(stack.WorkerProcessId);
                peak = Math.Max(peak, worker.WorkingSet64);
                batch = await stack.Client.GetBatchAsync(id, cancel);
                if (batch.Progress >= (told + 1) / 10.0 && batch.FinishedAt is null)
                    Console.WriteLine(FormattableString.Invariant($"    {10 * ++told} % after {Stopwatch.GetElapsedTime(began).TotalSeconds:F0} s, worker {worker.WorkingSet64 >> 20} MiB"));
                if (killed < kills && batch.FinishedAt is null && batch.Progress >= (double)killed / kills)
                {
                    worker.Kill();
                    killed++;
                }
            }
            catch (Exception e) when (e is ArgumentException or InvalidOperationException or HttpRequestException or Client.RoadSegApiException)
            {
                // The worker is just being started anew; or the host has ended with it.
                await stack.ReviveHostAsync(cancel);
                continue;
            }

            if (batch.FinishedAt is not null)
                return (batch, Stopwatch.GetElapsedTime(began).TotalSeconds, peak, killed);
        }
    }

    private static int Read(string setting, int standard) =>
        Environment.GetEnvironmentVariable(setting) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : standard;
}
