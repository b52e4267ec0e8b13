using Microsoft.ML.OnnxRuntime;
using RoadSeg.Cli.Stack;
using RoadSeg.Imaging;
using RoadSeg.Models;
using RoadSeg.Trainer.Export;
using RoadSeg.Trainer.Libtorch;
using RoadSeg.Trainer.Model;
using RoadSeg.Trainer.Training;

namespace RoadSeg.Benchmarks.Trainer;

/// <summary>fp16 and int8 against fp32 in ONNX Runtime on this CPU. The speed does not depend on the weights: they are random here.</summary>
internal static class PrecisionBenchmark
{
    private const int Rounds = 15;
    private const int CalibrationImages = 4;

    public static void Run()
    {
        TorchLibrary.Load();
        var recipe = Recipe.Load("camvid-mnv2", []);
        TorchSharp.torch.random.manual_seed(1);
        using var model = new DeepLabV3Plus(recipe.Model);
        model.eval();
        var file = File.ReadAllBytes(Workspace.SamplePhoto);
        var photo = ImageDecoder.Decode(file, ImageProbe.Read(file, ImageLimits.Default));
        var input = ImageDecoder.ResizeTo(photo, recipe.Input.Width, recipe.Input.Height);
        var graph = GraphBuilder.Build(model);
        var calibration = Enumerable.Range(0, CalibrationImages).Select(i => ImageDecoder.ResizeTo(photo, recipe.Input.Width + (16 * i), recipe.Input.Height)).ToArray();
        var int8 = new Quantizer(graph, calibration, _ => { }).Search(_ => 1, 1, 0)!.Value.Graph;
        var (fp32, fp16) = (OnnxWriter.Write(graph, Precision.Fp32), OnnxWriter.Write(graph, Precision.Fp16));

        Console.WriteLine($"\n== precisions: camvid-mnv2 at {input.Width}x{input.Height}, ONNX Runtime {OrtEnv.Instance().GetVersionString()}, {Environment.ProcessorCount} threads, rounds interleaved");
        (string Name, InferenceSession Session)[] contestants =
        [
            ("fp32", Open(fp32)),
            ("fp16", Open(fp16)),
            ("int8", Open(int8)),
            ("int8, signed bytes kept (session.qdqisint8allowed=1)", Open(int8, allowSigned: true)),
            ("int8, extended optimisation only", Open(int8, level: GraphOptimizationLevel.ORT_ENABLE_EXTENDED)),
            ("int8, extended, signed bytes kept", Open(int8, allowSigned: true, level: GraphOptimizationLevel.ORT_ENABLE_EXTENDED)),
        ];
        var times = contestants.Select(_ => new List<double>()).ToArray();
        for (var round = -2; round < Rounds; round++)
        {
            for (var c = 0; c < contestants.Length; c++)
            {
                var started = System.Diagnostics.Stopwatch.GetTimestamp();
                Infer(contestants[c].Session, input);
                if (round >= 0)
                    times[c].Add(System.Diagnostics.Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }
        }

        var reference = new Sample(times[0]).Median;
        for (var c = 0; c < contestants.Length; c++)
        {
            Console.WriteLine($"  {contestants[c].Name,-54} {reference / new Sample(times[c]).Median:F2} times as fast as fp32; {new Sample(times[c])}");
            contestants[c].Session.Dispose();
        }

        Console.WriteLine($"  graphs: fp32 {fp32.Length / 1e6:F1} MB, fp16 {fp16.Length / 1e6:F1} MB, int8 {int8.Length / 1e6:F1} MB");
    }

    private static InferenceSession Open(byte[] graph, bool allowSigned = false, GraphOptimizationLevel level = GraphOptimizationLevel.ORT_ENABLE_ALL)
    {
        using var options = new SessionOptions { IntraOpNumThreads = Environment.ProcessorCount, GraphOptimizationLevel = level };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        if (allowSigned)
            options.AddSessionConfigEntry("session.qdqisint8allowed", "1");
        return new InferenceSession(graph, options);
    }

    private static void Infer(InferenceSession session, RgbImage image)
    {
        using var run = new RunOptions();
        using var value = OrtValue.CreateTensorValueFromMemory(image.Pixels, [1, image.Height, image.Width, 3]);
        using var outputs = session.Run(run, ["image"], [value], ["logits"]);
    }
}
