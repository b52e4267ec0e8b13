using RoadSeg.Cli.Stack;
using RoadSeg.Imaging;
using RoadSeg.Inference;
using RoadSeg.Models;

namespace RoadSeg.Benchmarks;

/// <summary>The graphs of the model that ships against its fp32, by the engine that serves them, on this CPU.</summary>
internal static class PrecisionBenchmark
{
    private const int Rounds = 40;
    private const int WarmUps = 3;

    public static Task RunAsync(CancellationToken cancel)
    {
        var package = ModelPackage.Load(Workspace.DefaultModel);
        var file = File.ReadAllBytes(Workspace.SamplePhoto);
        var input = ImageDecoder.DecodeForModel(file, ImageProbe.Read(file, ImageLimits.Default), package.Manifest.Preprocess);
        Console.WriteLine($"\n== precision: {package.Manifest.Name} at {input.Width}x{input.Height}, the run alone, {Rounds} rounds that alternate");
        var graphs = package.Manifest.Graphs.Keys.Order().ToArray();
        var engines = graphs.Select(precision => SegmentationEngine.Load(package, new EngineOptions { Precision = precision })).ToArray();
        var times = graphs.Select(_ => new List<double>()).ToArray();
        for (var round = -WarmUps; round < Rounds; round++)
        {
            cancel.ThrowIfCancellationRequested();
            for (var i = 0; i < graphs.Length; i++)
            {
                var took = engines[i].Segment(input, input.Width, input.Height).Timings.Run.TotalMilliseconds;
                if (round >= 0)
                    times[i].Add(took);
            }
        }

        for (var i = 0; i < graphs.Length; i++)
        {
            // Round by round: what disturbs one run mostly disturbs the one beside it.
            var ratio = new Sample([.. times[0].Zip(times[i], (fp32, other) => fp32 / other)]);
            Console.WriteLine(FormattableString.Invariant($"  {graphs[i],-5} {ratio.Median:F2} times as fast as fp32 (p10 {ratio.At(0.1):F2}, p90 {ratio.At(0.9):F2}); {new Sample(times[i])}"));
            engines[i].Dispose();
        }

        return Task.CompletedTask;
    }
}
