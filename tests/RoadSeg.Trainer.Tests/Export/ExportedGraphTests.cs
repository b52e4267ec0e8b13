using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;
using RoadSeg.Inference;
using RoadSeg.Models;
using RoadSeg.Trainer.Data;
using RoadSeg.Trainer.Evaluation;
using RoadSeg.Trainer.Export;
using RoadSeg.Trainer.Export.Onnx;
using RoadSeg.Trainer.Model;
using RoadSeg.Trainer.Publishing;
using RoadSeg.Trainer.Training;
using static TorchSharp.torch;

namespace RoadSeg.Trainer.Tests.Export;

/// <summary>One network, trained a little on painted roads, for all tests of this class.</summary>
public sealed class TrainedNetwork : IDisposable
{
    private readonly TempFolder _folder = new();

    public TrainedNetwork()
    {
        Data = PaintedRoads.Write(Directory.CreateDirectory(_folder["data"]).FullName, train: 12, val: 6);
        var recipe = RoadSeg.Trainer.Tests.Training.RunTests.Small;
        recipe = recipe with { Training = recipe.Training with { Epochs = 40, EvaluateEvery = 40, CheckpointEvery = 1000, LearningRate = 0.01 } };
        var output = Directory.CreateDirectory(_folder["run"]).FullName;
        new TrainingLoop(recipe, new LoopFiles(Data, output, null, true), CPU, new MetricsLog(output, TextWriter.Null, false, TimeProvider.System)).Run(default);
        BestPath = Path.Combine(output, "best.safetensors");
    }

    public string Data { get; }

    public string BestPath { get; }

    public string File(string name) => _folder[name];

    public void Dispose() => _folder.Dispose();
}

public sealed class ExportedGraphTests(TrainedNetwork network) : IClassFixture<TrainedNetwork>
{
    private readonly SegmentationSet _train = CamVidFolder.Read(network.Data, "train");
    private readonly SegmentationSet _val = CamVidFolder.Read(network.Data, "val");

    [Fact]
    public void The_float_graph_gives_libtorchs_logits_at_any_size_and_batch()
    {
        using var model = Open();
        var graph = OnnxWriter.Write(GraphBuilder.Build(model), Precision.Fp32);
        (int, int)[] sizes = [(96, 64), (64, 64), (75, 53), (17, 33)];
        var images = sizes.Select((s, i) => PaintedRoads.Paint(s.Item1, s.Item2, new Random(i)).Image);
        var report = Parity.Compare(model, graph, images);
        Assert.Equal(4, report.Images);
        Assert.InRange(report.MaxDifference, 0, Parity.MaxDifference);
        Assert.InRange(report.Agreement, Parity.MinAgreement, 1);

        using var session = new InferenceSession(graph);
        var pair = Enumerable.Range(0, 2).SelectMany(i => PaintedRoads.Paint(32, 32, new Random(i)).Image.Pixels).ToArray();
        using var input = OrtValue.CreateTensorValueFromMemory(pair, [2, 32, 32, 3]);
        using var options = new RunOptions();
        using var outputs = session.Run(options, ["image"], [input], ["logits"]);
        Assert.Equal([2L, 4, 8, 8], outputs[0].GetTensorTypeAndShape().Shape);
    }

    [Theory]
    [InlineData(Backbone.MobileNetV2, 8, true, false)]
    [InlineData(Backbone.ResNet18, 16, true, false)]
    [InlineData(Backbone.ResNet34, 8, false, false)]
    [InlineData(Backbone.ResNet50, 16, false, false)]
    [InlineData(Backbone.ResNet101, 8, false, true)]
    public void Every_encoder_exports_at_either_stride_and_an_auxiliary_head_stays_behind(Backbone backbone, int stride, bool separable, bool auxiliary)
    {
        using var model = new DeepLabV3Plus(new ModelOptions
        {
            Backbone = backbone, OutputStride = stride, AuxiliaryHead = auxiliary, AsppChannels = 16, DecoderChannels = 16, AsppRates = [2, 4], SeparableHead = separable, Classes = 3,
        });
        model.eval();

        // Untrained, each block adds as much as it is given: logits grow past what single precision resolves to 1e-4.
        using (no_grad())
        {
            foreach (var (_, last) in model.named_parameters().Where(p => p.name.EndsWith(backbone >= Backbone.ResNet50 ? "bn3.weight" : "bn2.weight", StringComparison.Ordinal)))
                last.fill_(0.2);
        }

        var layers = GraphBuilder.Build(model);
        Assert.DoesNotContain(layers.Layers, layer => layer.Name.Contains("auxiliary", StringComparison.Ordinal));
        var graph = OnnxWriter.Write(layers, Precision.Fp32);
        (int, int)[] sizes = [(72, 56), (64, 64), (45, 83)];
        var report = Parity.Compare(model, graph, sizes.Select((size, i) => PaintedRoads.Paint(size.Item1, size.Item2, new Random(i)).Image));
        Assert.InRange(report.MaxDifference, 0, Parity.MaxDifference);
        Assert.InRange(report.Agreement, Parity.MinAgreement, 1);
    }

    [Fact]
    public void Batch_norm_is_folded_and_normalisation_is_inside()
    {
        using var model = Open();
        var proto = ModelProto.Parser.ParseFrom(OnnxWriter.Write(GraphBuilder.Build(model), Precision.Fp32));
        Assert.DoesNotContain(proto.Graph.Node, n => n.OpType == "BatchNormalization");
        Assert.Equal(2, proto.Graph.Input[0].Type.TensorType.ElemType);
        Assert.Equal(["N", "H", "W"], proto.Graph.Input[0].Type.TensorType.Shape.Dim.Take(3).Select(d => d.DimParam));
        Assert.True(proto.OpsetImport[0].Version >= 13);
    }

    [Theory]
    [InlineData(Precision.Fp32)]
    [InlineData(Precision.Fp16)]
    [InlineData(Precision.Int8)]
    public void The_official_checker_finds_nothing(Precision precision)
    {
        const string python = "/usr/bin/python3";
        using var model = Open();
        var graph = GraphBuilder.Build(model);
        var path = network.File(precision + ".onnx");
        File.WriteAllBytes(path, OnnxWriter.Write(graph, precision, precision == Precision.Int8 ? Everything(graph) : null));
        using var checker = Start(python, "-c", $"import onnx; m = onnx.load('{path}'); onnx.checker.check_model(m, full_check=True); onnx.shape_inference.infer_shapes(m, strict_mode=True)");
        var error = checker?.StandardError.ReadToEnd();
        checker?.WaitForExit();
        if (checker is null || error!.Contains("No module named", StringComparison.Ordinal))
        {
            Assert.False(Environment.GetEnvironmentVariable("CI") == "true", "python3-onnx is missing: apt-get install python3-onnx");
            Assert.Skip("python3-onnx is not installed.");
        }

        Assert.True(checker.ExitCode == 0, error);
    }

    [Fact]
    public void Int8_runs_integer_convolutions_and_loses_little()
    {
        using var model = Open();
        var lines = new List<string>();
        var graphs = new ModelExport(model, Recipe(), _val.Labels, lines.Add).Run(_train, _val, [Precision.Int8]);
        var int8 = Assert.Single(graphs, g => g.Precision == Precision.Int8);
        Assert.InRange(graphs[0].Scores.Pixels.MeanIoU() - int8.Scores.Pixels.MeanIoU(), -1, ModelExport.AllowedLoss);

        // The fault: activations of signed bytes, of which the runtime left in float what lay next to a tensor with two readers, a third of all.
        using var options = new SessionOptions { OptimizedModelFilePath = network.File("optimised.onnx"), GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_EXTENDED };
        using (new InferenceSession(int8.Content, options))
        {
        }

        var nodes = ModelProto.Parser.ParseFrom(File.ReadAllBytes(network.File("optimised.onnx"))).Graph.Node;
        Assert.True(nodes.Count(n => n.OpType == "QLinearConv") >= 60, "In float: " + string.Join(", ", nodes.Where(n => n.OpType is "Conv" or "FusedConv").Select(n => n.Name)) + lines.Last());
    }

    [Fact]
    public void A_layer_that_int8_ruins_is_found_and_kept_in_float()
    {
        using var model = Open();
        var graph = GraphBuilder.Build(model);

        // One weight a thousand times the others leaves one step of the scale for all the rest of its channel.
        var layers = graph.Layers.ToList();
        var at = layers.FindIndex(l => l.Name == "decoder.refine1.1");
        var victim = (ConvLayer)layers[at];
        var weight = victim.Weight.ToArray();
        for (var o = 0; o < victim.Shape.Out; o++)
            weight[o * victim.Shape.In] = 400 * (o % 2 == 0 ? 1 : -1);
        layers[at] = victim with { Weight = weight };
        var broken = graph with { Layers = layers };
        var images = _train.Frames.Select(f => f.Image).Take(6).ToArray();
        var reference = Prediction(OnnxWriter.Write(broken, Precision.Fp32));
        var found = new Quantizer(broken, images, _ => { }).Search(g => Agreement(reference, Prediction(g)), 1, 0.02);
        Assert.NotNull(found);
        Assert.Contains("decoder.refine1.1", found.Value.Float);
        Assert.InRange(found.Value.Float.Count, 4, 20);
    }

    [Fact]
    public void A_published_package_is_whole_scored_and_passes_its_own_test()
    {
        var photo = PaintedRoads.Paint(200, 140, new Random(7)).Image;
        var facts = new CardFacts("painted-roads", "Painted roads", "Free.", "From nothing.", "None worth a name.", "painted");
        var package = new PackagePublisher(TimeProvider.System, _ => { }).Publish(network.BestPath, _train, _val, photo, "Painted.", facts, "abc", network.File("package"));
        var manifest = package.Manifest;
        Assert.Contains(Precision.Fp16, manifest.Graphs.Keys);
        Assert.Equal(["card.md", "checkpoint.safetensors", "golden-input.png", "golden-mask.png"], manifest.Files.Keys.Where(f => !f.EndsWith(".onnx", StringComparison.Ordinal)).Order());
        Assert.StartsWith(manifest.Files["model.onnx"].Sha256[..12], manifest.Version.Split('-')[1]);
        Assert.Equal(File.ReadAllBytes(network.BestPath), package.ReadFile("checkpoint.safetensors"));
        var card = File.ReadAllText(Path.Combine(package.Folder, "card.md"));
        Assert.All((string[])["no look at the image", "size of the ground truth (96 x 64)", "![A photo](golden-input.png)", "golden-mask.png)", "Certainty by class (fp32)"], text => Assert.Contains(text, card));

        // What the manifest says is what the engine measures.
        using var engine = SegmentationEngine.Load(package);
        Assert.All(manifest.Metrics, metrics => Assert.Contains(metrics.Values, value => value.Key.StartsWith(MetricSet.CertainSharePrefix, StringComparison.Ordinal)));
        Assert.Equal(manifest.Metrics[0].Values["meanIoU"], OnnxEvaluation.Run(engine, _val).Pixels.MeanIoU(), 1e-4);
        Assert.True(engine.SelfTest()!.Agreement > 0.999);
    }

    private DeepLabV3Plus Open() => Checkpoint.Open(network.BestPath, CPU).Model;

    private Recipe Recipe() => Checkpoint.Open(network.BestPath, CPU).Recipe;

    private Quantization Everything(ModelGraph graph)
    {
        using var calibration = new Calibration(graph, graph.Layers.Select(l => l.Name).Where(n => n != graph.Output));
        return new Quantization(calibration.Scales([_train.Frames[0].Image], 0.9999), new HashSet<string> { "logits" });
    }

    private byte[] Prediction(byte[] graph)
    {
        using var session = new InferenceSession(graph);
        using var options = new RunOptions();
        return [.. _val.Frames.SelectMany(f =>
        {
            using var input = OrtValue.CreateTensorValueFromMemory(f.Image.Pixels, [1, 64, 96, 3]);
            using var outputs = session.Run(options, ["image"], [input], ["logits"]);
            var logits = outputs[0].GetTensorDataAsSpan<float>().ToArray();
            return Enumerable.Range(0, 16 * 24).Select(i => (byte)Enumerable.Range(0, 4).MaxBy(c => logits[(c * 16 * 24) + i]));
        })];
    }

    private static double Agreement(byte[] a, byte[] b) => a.Zip(b, (x, y) => x == y ? 1.0 : 0).Average();

    private static Process? Start(string program, params string[] arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true });
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
