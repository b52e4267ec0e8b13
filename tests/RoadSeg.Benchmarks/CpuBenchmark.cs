using System.Diagnostics;
using System.Net.Http.Json;
using Microsoft.ML.OnnxRuntime;
using RoadSeg.Cli.Stack;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
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
            await PostAsync(api, frames[i], cancel);

        var (ratios, quiets) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            var (spinning, bare) = (Bare(package, frames, spin: true), Bare(package, frames, spin: false));
            var (host, worker) = (service.HostCpu(), service.WorkerCpu());
            foreach (var frame in frames)
                await PostAsync(api, frame, cancel);
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

    private static async Task PostAsync(HttpClient api, byte[] photo, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/jobs")
        {
            Content = new ByteArrayContent(photo) { Headers = { ContentType = new("application/octet-stream") } },
            Headers = { { "Prefer", "wait=60" } },
        };
        using var answer = await api.SendAsync(request, cancel);
        var job = await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync(JobJson.Default.JobView, cancel);
        if (job is not { State: JobState.Succeeded })
            throw new InvalidOperationException($"The job did not succeed: {job!.State}.");
    }

    // Decoding is not part of it; the inputs are those that the service makes.
    private static double Bare(ModelPackage package, IReadOnlyList<byte[]> frames, bool spin)
    {
        var spec = package.Manifest.Preprocess;
        var inputs = frames.Select(frame => ImageDecoder.DecodeForModel(frame, ImageProbe.Read(frame, new ImageLimits()), spec)).ToList();
        using var options = new SessionOptions();
        options.AddSessionConfigEntry("session.disable_quant_qdq", "1");
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", spin ? "1" : "0");
        using var session = new InferenceSession(package.ReadFile(package.Manifest.Graphs[Precision.Fp32]), options);
        using var run = new RunOptions();
        using var self = Process.GetCurrentProcess();
        inputs.ForEach(Run);
        self.Refresh();
        var before = self.TotalProcessorTime;
        inputs.ForEach(Run);
        self.Refresh();
        return (self.TotalProcessorTime - before).TotalMilliseconds / inputs.Count;

        void Run(RgbImage input)
        {
            using var value = OrtValue.CreateTensorValueFromMemory(input.Pixels, [1, input.Height, input.Width, 3]);
            using var outputs = session.Run(run, [package.Manifest.Input.Name], [value], [package.Manifest.Output.Name]);
        }
    }
}
