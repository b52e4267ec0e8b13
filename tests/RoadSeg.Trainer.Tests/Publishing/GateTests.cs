using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using RoadSeg.Imaging;
using RoadSeg.Inference;
using RoadSeg.Models;
using RoadSeg.Packaging;
using RoadSeg.Registry;
using RoadSeg.Trainer.Data;
using RoadSeg.Trainer.Evaluation;
using RoadSeg.Trainer.Export;
using RoadSeg.Trainer.Publishing;
using RoadSeg.Trainer.Training;
using RoadSeg.Work;
using static TorchSharp.torch;

namespace RoadSeg.Trainer.Tests.Publishing;

/// <summary>The shipped network, at a small input size so that a judgement takes a second, held against itself and against spoiled copies of itself.</summary>
public sealed class GateTests : IDisposable
{
    private static readonly string Shipped = Checkout.File("models/default");

    // A time is asserted in the one test that is about it.
    private static readonly GateOptions Lenient = new() { Latency = 1000 };

    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_version_that_is_the_live_one_again_passes_every_check()
    {
        var sound = Package("sound");
        var report = await JudgeAsync(sound, sound, Lenient);
        Assert.True(report.Passed, string.Join('\n', report.Checks));
        Assert.Equal(["self-test", "mean-iou", "class-iou", "int8-loss", "latency", "disagreement"], report.Checks.Select(check => check.Name));
        Assert.Equal(0, Check(report, "class-iou").Value);
        Assert.Equal(0, Check(report, "int8-loss").Value);
        Assert.Equal(0, Check(report, "disagreement").Value);
    }

    [Fact]
    public async Task A_version_whose_classes_differ_from_the_live_ones_is_left_to_an_operator()
    {
        var sound = Package("sound");
        var live = Changed(sound, manifest => manifest["labels"]!["classes"]![8]!["name"] = "vehicle");
        var report = await JudgeAsync(sound, live, Lenient);
        Assert.False(report.Passed);
        Assert.Equal(["mean-iou", "class-iou", "disagreement"], report.Checks.Where(check => !check.Passed).Select(check => check.Name));
        Assert.All(report.Checks.Where(check => !check.Passed), check => Assert.Contains("an operator may promote it by hand.", check.Note));
        Assert.Contains("vehicle", Check(report, "mean-iou").Note);
    }

    [Fact]
    public async Task A_version_that_is_slower_than_allowed_is_refused_with_both_times()
    {
        var sound = Package("sound");
        var report = await JudgeAsync(sound, sound, Lenient with { Latency = 0.01 });
        RefusedAlone(report, "latency", above: 0.01, @"^A run takes [\d.,]+ ms, one of the live version [\d.,]+ ms");
    }

    [Fact]
    public async Task A_version_whose_int8_graph_loses_too_much_is_refused_with_both_scores()
    {
        var sound = Package("sound");
        var report = await JudgeAsync(Package("lossy", int8Forgets: Best(sound)), sound, Lenient);
        RefusedAlone(report, "int8-loss", above: Lenient.Int8Loss, @"^int8 has a mean IoU of [\d.,]+ ?%, fp32 of [\d.,]+ ?%");
    }

    [Fact]
    public async Task A_version_that_gives_another_mask_than_its_golden_one_is_measured_no_further()
    {
        var sound = Package("sound");
        var mask = MaskPng.Decode(sound.ReadFile("golden-mask.png"), new ImageLimits());
        var wrong = GrayPng.Encode(new byte[mask.Ids.Length], mask.Width, mask.Height);
        var report = await JudgeAsync(Changed(sound, manifest => { }, ("golden-mask.png", wrong)), sound, new GateOptions());
        Assert.False(report.Passed);
        var check = Assert.Single(report.Checks);
        Assert.Equal(("self-test", false), (check.Name, check.Passed));
    }

    [Fact]
    public async Task A_version_that_forgot_a_class_is_refused_for_what_it_lost_and_for_what_it_sees_instead()
    {
        var sound = Package("sound");
        var best = Best(sound);
        var report = await JudgeAsync(Package("forgetful", best, best), sound, Lenient with { MeanIouLoss = 0, ClassIouLoss = 0.001, Disagreement = 0.05 });
        Assert.Equal(["mean-iou", "class-iou", "disagreement"], report.Checks.Where(check => !check.Passed).Select(check => check.Name));
        Assert.InRange(Check(report, "disagreement").Value!.Value, 0.051, 1);
        Assert.Contains("changes most to its disadvantage", Check(report, "class-iou").Note);
    }

    [Fact]
    public async Task A_models_first_version_is_held_against_the_floors_alone()
    {
        var report = await JudgeAsync(Package("sound"), null, Lenient with { MeanIouFloor = 0.999, ClassIouFloor = 0.999 });
        Assert.Equal(["mean-iou", "class-iou"], report.Checks.Where(check => !check.Passed).Select(check => check.Name));
        Assert.Equal(["self-test", "int8-loss", "latency", "disagreement"], report.Checks.Where(check => check.Passed).Select(check => check.Name));
    }

    // The class that the version is best at on the frames.
    private static int Best(ModelPackage version)
    {
        using var engine = SegmentationEngine.Load(version);
        return OnnxEvaluation.Run(engine, Val()).Pixels.ClassIoU().Select((iou, id) => (iou ?? 0, id)).Max().id;
    }

    // The shipped network as a package, a class never chosen by its graph or by the one that stands for int8; its golden mask is what it gives.
    private ModelPackage Package(string name, int? forgotten = null, int? int8Forgets = null)
    {
        var shipped = ModelPackage.Load(Shipped).Manifest;
        var (graph, int8) = (Graph(forgotten), Graph(int8Forgets));
        var description = shipped with
        {
            Graphs = new Dictionary<Precision, string> { [Precision.Fp32] = "model.onnx", [Precision.Int8] = "model.int8.onnx" },
            Preprocess = shipped.Preprocess with { Width = 160, Height = 120 },
            SelfTest = shipped.SelfTest! with { MinimumAgreement = int8Forgets == forgotten ? 0.99 : 0.05 },
        };
        using var engine = SegmentationEngine.Load(description, graph);
        var file = File.ReadAllBytes(Path.Combine(Shipped, "golden-input.png"));
        var input = ImageDecoder.Decode(file, ImageProbe.Read(file, new ImageLimits()));
        var mask = MaskPng.Encode(engine.Segment(input, input.Width, input.Height).ClassIds, input.Width, input.Height, shipped.Labels);
        return new ModelPackageWriter(TimeProvider.System).Write(
            Path.Combine(Directory.CreateDirectory(folder[name]).FullName, "package"), description,
            new Dictionary<string, ReadOnlyMemory<byte>> { ["model.onnx"] = graph, ["model.int8.onnx"] = int8, ["golden-input.png"] = file, ["golden-mask.png"] = mask });
    }

    private static byte[] Graph(int? forgotten)
    {
        var (network, _, labels) = Checkpoint.Open(Path.Combine(Shipped, "checkpoint.safetensors"), CPU);
        using var open = network;
        var graph = GraphBuilder.Build(network);
        var layers = graph.Layers.ToList();
        var at = layers.FindLastIndex(layer => layer is ConvLayer conv && conv.Shape.Out == labels.Count);
        var classify = (ConvLayer)layers[at];
        var bias = classify.Bias.ToArray();
        if (forgotten is { } id)
            bias[id] -= 1000;
        layers[at] = classify with { Bias = bias };
        return OnnxWriter.Write(graph with { Layers = layers }, Precision.Fp32);
    }

    private static async Task<GateReport> JudgeAsync(ModelPackage candidate, ModelPackage? live, GateOptions options) =>
        await new Gate(options, TimeProvider.System, () => { }).JudgeAsync(
            candidate, live, Val(), new[] { new RecentPhoto(WorkId.ForDrop("uploads", "photo", "1"), PhotoEncoder.Png(Val().Frames[0].Image)) }.ToAsyncEnumerable());

    private static void RefusedAlone(GateReport report, string name, double above, string note)
    {
        var refused = Assert.Single(report.Checks, check => !check.Passed);
        Assert.Equal(name, refused.Name);
        Assert.Matches(note, refused.Note);
        Assert.True(refused.Value > above);
    }

    private static GateCheck Check(GateReport report, string name) => report.Checks.Single(check => check.Name == name);

    // Two painted frames under the shipped model's classes, of which they show the first four.
    private static SegmentationSet Val()
    {
        using var root = new TempFolder();
        PaintedRoads.Write(root.Path, train: 1, val: 2);
        File.WriteAllText(root["classes.json"], JsonSerializer.Serialize(ModelPackage.Load(Shipped).Manifest.Labels, JsonSerializerOptions.Web));
        return DataSource.Read(root.Path, "val");
    }

    // The package with another manifest, or another file.
    private ModelPackage Changed(ModelPackage package, Action<JsonNode> change, (string Name, byte[] Content)? file = null)
    {
        var target = Directory.CreateDirectory(folder["changed"]).FullName;
        foreach (var source in Directory.GetFiles(package.Folder))
            File.Copy(source, Path.Combine(target, Path.GetFileName(source)));
        var path = Path.Combine(target, "manifest.json");
        var manifest = JsonNode.Parse(File.ReadAllText(path))!;
        change(manifest);
        if (file is { } other)
        {
            File.WriteAllBytes(Path.Combine(target, other.Name), other.Content);
            manifest["files"]![other.Name] = new JsonObject { ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(other.Content)), ["bytes"] = other.Content.Length };
        }

        File.WriteAllText(path, manifest.ToJsonString());
        return ModelPackage.Load(target);
    }
}
