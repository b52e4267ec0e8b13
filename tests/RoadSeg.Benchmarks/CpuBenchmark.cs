using System.Diagnostics;
using RoadSeg.Cli.Stack;
using RoadSeg.LocalHost;
using RoadSeg.Models;

namespace RoadSeg.Benchmarks;

/// <summary>Processor time of the service, worker and local host together, against that of ONNX Runtime alone on the same photos. Emulator and client
/// are processes of their own and not counted.</summary>
internal static class CpuBenchmark
{
    private const int Count = 200;
    private const int Rounds = 3;
    private const int WarmUps = 200;

    public static async Task RunAsync(CancellationToken cancel)
    {
        var (name, frames) = Frames.Take(Count);
        Console.WriteLine($"\n== cpu: {name}, posted one after the other, {Rounds} rounds, queues polled every 2 s at most; ms of processor a photo");
        var package = ModelPackage.Load(Workspace.DefaultModel);
        await using var azurite = await AzuriteProcess.StartAsync(new AzuriteOptions { NodeModules = Workspace.NodeModules }, cancel);
        await LocalStack.ProvisionAsync(azurite.ConnectionString, cancel);
        await using var service = await ServiceProcess.StartAsync(azurite.ConnectionString, cancel);
        using var api = new HttpClient { BaseAddress = service.Address };
        for (var i = 0; i < WarmUps; i++)
            await Submission.AnswerAsync(api, frames[i], cancel, "application/octet-stream");

        var (ratios, quiets) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            var (spinning, bare) = (Bare(package, frames, spin: true), Bare(package, frames, spin: false));
            var (host, worker) = (service.HostCpu(), service.WorkerCpu());
            foreach (var frame in frames)
                await Submission.AnswerAsync(api, frame, cancel, "application/octet-stream");
            (host, worker) = (service.HostCpu() - host, service.WorkerCpu() - worker);
            var own = (host + worker).TotalMilliseconds / Count;
            ratios.Add(own / spinning);
            quiets.Add(own / bare);
            Console.WriteLine(
                FormattableString.Invariant($"  worker {worker.TotalMilliseconds / Count:F1} + host {host.TotalMilliseconds / Count:F1}")
                    + FormattableString.Invariant($" = {own:F1}; bare Run {spinning:F1}, without spinning {bare:F1}")
                    + FormattableString.Invariant($": {own / spinning:F2} and {own / bare:F2} of it")
            );
        }

        Console.WriteLine(FormattableString.Invariant($"  median: {ratios.Order().ElementAt(Rounds / 2):F2} of bare Run as it comes, {quiets.Order().ElementAt(Rounds / 2):F2} of one that does not spin"));
    }

    // The first of two goes warms up.
    private static double Bare(ModelPackage package, IReadOnlyList<byte[]> frames, bool spin)
    {
        using var runs = new BareRuns(package, frames, spin);
        using var self = Process.GetCurrentProcess();
        runs.Run();
        self.Refresh();
        var before = self.TotalProcessorTime;
        runs.Run();
        self.Refresh();
        return (self.TotalProcessorTime - before).TotalMilliseconds / frames.Count;
    }
}
