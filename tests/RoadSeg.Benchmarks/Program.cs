using System.Runtime.InteropServices;
using RoadSeg.Benchmarks;
using RoadSeg.Benchmarks.Peers;
using RoadSeg.Benchmarks.Scale;
using RoadSeg.Benchmarks.Start;
using RoadSeg.Benchmarks.Trainer;
using RoadSeg.Imaging;

if (args is [TrainerBenchmark.TrainerWorkerName, var folder, var data, var threads, var syncBatchNorm])
{
    VipsLibrary.Initialize();
    return StepWorker.Run(folder, data, int.Parse(threads), bool.Parse(syncBatchNorm));
}

if (args is [PeakMemory.WorkerName, var decoder, var photo])
    return PeakMemory.Decode(decoder, photo);

if (args is [PeerWorker.Name, var way, var package, var photos, var output, var cores])
{
    VipsLibrary.Initialize();
    return PeerWorker.Run(way, package, photos, output, int.Parse(cores));
}

var names = new Dictionary<string, Func<CancellationToken, Task>>
{
    ["imaging"] = ImagingBenchmark.RunAsync,
    ["chain"] = ChainBenchmark.RunAsync,
    ["cpu"] = CpuBenchmark.RunAsync,
    ["api"] = ApiBenchmark.RunAsync,
    ["fairness"] = FairnessBenchmark.RunAsync,
    ["peers"] = PeersBenchmark.RunAsync,
    ["precision"] = PrecisionBenchmark.RunAsync,
    ["rollout"] = RolloutBenchmark.RunAsync,
    ["page"] = PageBenchmark.RunAsync,
    ["start"] = WorkerStart.RunAsync,
    ["demo"] = DemoStart.RunAsync,
    ["datasets"] = DatasetsBenchmark.RunAsync,
    ["storage"] = StorageBenchmark.RunAsync,
    ["batch"] = BatchBenchmark.RunAsync,
    ["wait"] = WaitBenchmark.RunAsync,
    ["scale"] = ScaleBenchmark.RunAsync,
    ["trainer"] = TrainerBenchmark.RunAsync,
    ["audit"] = AuditBenchmark.RunAsync,
};
var chosen = args.Length == 0 ? [.. names.Keys] : args;
if (chosen.FirstOrDefault(name => !names.ContainsKey(name)) is { } unknown)
{
    Console.Error.WriteLine($"There is no benchmark '{unknown}': choose of {string.Join(", ", names.Keys)}, or none for all.");
    return 1;
}

VipsLibrary.Initialize();
Console.WriteLine($"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} cores, .NET {Environment.Version}, libvips {VipsLibrary.Version}");
foreach (var name in chosen)
    await names[name](CancellationToken.None);
return 0;
