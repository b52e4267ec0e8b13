using System.Diagnostics;
using RoadSeg.Cli.Segment;
using RoadSeg.Cli.Stack;
using RoadSeg.Jobs;
using RoadSeg.Models;
using RoadSeg.Work;

namespace RoadSeg.Benchmarks;

/// <summary>The whole chain, storage and queues included, against ONNX Runtime alone on the same model and threads.</summary>
internal static class ChainBenchmark
{
    private const int Count = 200;
    private const int AtOnce = 16;
    private const int Single = 50;

    public static async Task RunAsync(CancellationToken cancel)
    {
        var (name, frames) = Frames.Take(Count);
        Console.WriteLine($"\n== chain: {name}");
        var package = ModelPackage.Load(Workspace.DefaultModel);
        var before = Bare(package, frames);

        var folder = Directory.CreateTempSubdirectory("roadseg-frames-");
        await using var stack = await LocalStack.StartAsync(new LocalStackOptions(), cancel);
        try
        {
            var files = new List<string>();
            foreach (var frame in frames)
            {
                files.Add(Path.Combine(folder.FullName, $"{files.Count:D4}"));
                await File.WriteAllBytesAsync(files[^1], frame, cancel);
            }

            var drop = new PhotoDrop(stack.Blobs, stack.Client, TimeProvider.System);
            for (var i = 0; i < 10; i++)
                await drop.SegmentAsync(files[i], null, cancel);

            var single = new List<JobView>();
            for (var i = 0; i < Single; i++)
                single.Add(await drop.SegmentAsync(files[i], null, cancel));

            var started = Stopwatch.GetTimestamp();
            var ids = new WorkId[Count];
            await Parallel.ForAsync(0, Count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel }, async (i, stop) =>
                ids[i] = await drop.DropAsync(files[i], stop));
            var jobs = new List<JobView>();
            foreach (var id in ids)
                jobs.Add(await drop.EndedAsync(id, null, cancel));
            var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            if (jobs.Any(job => job.State != JobState.Succeeded))
                throw new InvalidOperationException("A job failed.");

            var after = Bare(package, frames);
            var bare = (before + after) / 2;
            Console.WriteLine(FormattableString.Invariant($"  bare InferenceSession.Run: {before:F1} frames/s before, {after:F1} after the chain"));
            Console.WriteLine(FormattableString.Invariant($"  whole chain, all dropped at once: {Count / seconds:F1} frames/s = {Count / seconds / bare:P0} of bare runs"));
            Console.WriteLine($"  one at a time, dequeue -> committed minus run:  {new Sample([.. single.Select(Overhead)])}");
            Console.WriteLine($"    of that upsample + encode:                    {new Sample([.. single.Select(job => job.Stages.Upsample!.Value + job.Stages.Encode!.Value)])}");
            Console.WriteLine($"    of that storage (claim, fetch, commit, move): {new Sample([.. single.Select(job => Overhead(job) - job.Stages.Upsample!.Value - job.Stages.Encode!.Value)])}");
            Console.WriteLine($"  one at a time, upload -> result:                {new Sample([.. single.Select(job => (job.Times.FinishedAt - job.Times.CreatedAt)!.Value.TotalMilliseconds)])}");
            Console.WriteLine($"  worker: peak memory {PeakMebibytes(stack.WorkerProcessId)} MiB");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // Started is stamped when the claim is written, so the claim comes on top.
    private static double Overhead(JobView job) =>
        (job.Times.FinishedAt - job.Times.StartedAt)!.Value.TotalMilliseconds + job.Stages.Claim!.Value - job.Stages.Wait!.Value - job.Stages.Infer!.Value;

    private static double Bare(ModelPackage package, IReadOnlyList<byte[]> frames)
    {
        using var runs = new BareRuns(package, frames);
        var started = Stopwatch.GetTimestamp();
        runs.Run();
        return frames.Count / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static long PeakMebibytes(int process) =>
        long.Parse(File.ReadLines($"/proc/{process}/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) / 1024;
}
