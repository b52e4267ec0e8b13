using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using RoadSeg.Cli.Segment;
using RoadSeg.Cli.Stack;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Models;
using RoadSeg.Work;

namespace RoadSeg.Benchmarks.Peers;

/// <summary>The same photos, model, threads and output through what a user would pick instead, a process each, in rounds that alternate.</summary>
internal static class PeersBenchmark
{
    private const int Count = 200;
    private const int Rounds = 3;
    private const int AtOnce = 2;

    private static string Node => Path.Combine(Workspace.Root, "tests", "RoadSeg.Benchmarks", "Peers");

    public static async Task RunAsync(CancellationToken cancel)
    {
        var (name, frames) = Frames.Take(Count);
        var threads = Environment.ProcessorCount;
        Console.WriteLine($"\n== peers: {name}, {threads} threads of ONNX Runtime, {Rounds} rounds");
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["photos"]);
        for (var i = 0; i < frames.Count; i++)
            await File.WriteAllBytesAsync(folder[$"photos/{i:D4}"], frames[i], cancel);
        var model = ModelPackage.Load(Workspace.DefaultModel).Manifest;
        var graph = Path.Combine(Workspace.DefaultModel, model.Graphs[Precision.Fp32]);
        string[] own = [typeof(PeersBenchmark).Assembly.Location, PeerWorker.Name];
        var size = FormattableString.Invariant($"{model.Preprocess.Width} {model.Preprocess.Height} {model.Preprocess.MultipleOf}").Split(' ');
        var ways = new (string Name, string Program, string[] Arguments)[]
        {
            ("sharp + onnxruntime-node", "node", [Path.Combine(Node, "peer.mjs"), graph, folder["photos"], folder["node"], .. size, $"{threads}", $"{AtOnce}"]),
            ("plain loop, ImageSharp", "dotnet", [.. own, PeerWorker.Loop, Workspace.DefaultModel, folder["photos"], folder["loop"], $"{threads}"]),
            ("RoadSeg's parts", "dotnet", [.. own, PeerWorker.Own, Workspace.DefaultModel, folder["photos"], folder["roadseg"], $"{threads}"]),
        };
        var costs = ways.ToDictionary(way => way.Name, _ => new List<PeerCost>());
        var service = new List<PeerCost>();
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var (way, program, arguments) in ways)
                costs[way].Add(await MeasuredAsync(program, arguments, cancel));
            service.Add(await ServiceAsync(folder["photos"], cancel));
        }

        costs["RoadSeg's service, storage and queues included"] = service;
        var node = Median(costs[ways[0].Name], cost => cost.Seconds);
        foreach (var (way, of) in costs)
        {
            var seconds = Median(of, cost => cost.Seconds);
            Console.WriteLine(FormattableString.Invariant(
                $"  {way,-48} {Count / seconds,6:F1} photos/s = {node / seconds:F2} of Node's; {1000 * Median(of, cost => cost.CpuSeconds) / Count:F0} ms of processor a photo, peak {Median(of, cost => cost.PeakMebibytes):F0} MiB"));
            Console.WriteLine($"    raw: {string.Join("; ", of.Select(cost => FormattableString.Invariant($"{cost.Seconds:F2} s, {cost.CpuSeconds:F2} s of processor, {cost.PeakMebibytes:F0} MiB")))}");
        }

        foreach (var peer in (string[])["node", "loop"])
            Console.WriteLine(FormattableString.Invariant($"  masks of {peer} and RoadSeg's parts agree on {Agreement(folder[peer], folder["roadseg"]):P2} of pixels"));
    }

    private static async Task<PeerCost> MeasuredAsync(string program, string[] arguments, CancellationToken cancel)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} exited with {process.ExitCode}.");
        return JsonSerializer.Deserialize<PeerCost>(output.Trim().Split('\n')[^1], JsonSerializerOptions.Web)!;
    }

    // The worker's processor time and memory; the emulator's and the client's are not counted.
    private static async Task<PeerCost> ServiceAsync(string photos, CancellationToken cancel)
    {
        var files = Directory.GetFiles(photos).Order(StringComparer.Ordinal).ToArray();
        await using var stack = await LocalStack.StartAsync(new LocalStackOptions(), cancel);
        var drop = new PhotoDrop(stack.Blobs, stack.Client, TimeProvider.System);
        for (var i = 0; i < 10; i++)
            await drop.SegmentAsync(files[i], null, cancel);
        using var worker = Process.GetProcessById(stack.WorkerProcessId);
        var (cpu, started) = (worker.TotalProcessorTime, Stopwatch.GetTimestamp());
        var ids = new WorkId[files.Length];
        await Parallel.ForAsync(0, files.Length, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancel }, async (i, stop) =>
            ids[i] = await drop.DropAsync(files[i], stop));
        foreach (var id in ids)
        {
            if ((await drop.EndedAsync(id, null, cancel)).State != JobState.Succeeded)
                throw new InvalidOperationException($"Job {id} failed.");
        }

        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        worker.Refresh();
        return new PeerCost(seconds, (worker.TotalProcessorTime - cpu).TotalSeconds, worker.PeakWorkingSet64 / 1048576.0);
    }

    private static double Agreement(string one, string other)
    {
        long same = 0,
            all = 0;
        foreach (var file in Directory.GetFiles(one))
        {
            var (a, b) = (Ids(file), Ids(Path.Combine(other, Path.GetFileName(file))));
            same += a.Zip(b).Count(pair => pair.First == pair.Second);
            all += a.Length;
        }

        return (double)same / all;
    }

    private static byte[] Ids(string path) => MaskPng.Decode(File.ReadAllBytes(path), ImageLimits.Default).Ids;

    private static double Median(IEnumerable<PeerCost> costs, Func<PeerCost, double> of) => costs.Select(of).Order().ElementAt(Rounds / 2);
}
