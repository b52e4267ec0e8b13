using RoadSeg.Imaging;
using RoadSeg.Inference;
using RoadSeg.Labels;
using RoadSeg.Models;
using RoadSeg.Trainer.Data;
using RoadSeg.Trainer.Evaluation;
using RoadSeg.Trainer.Model;
using RoadSeg.Trainer.Training;

namespace RoadSeg.Trainer.Export;

/// <summary>Writes every precision of a model and lets through only what holds: parity for fp32, mIoU for the others.</summary>
internal sealed class ModelExport(DeepLabV3Plus model, Recipe recipe, LabelCatalogue labels, Action<string> say)
{
    /// <summary>Largest loss of fp16 and int8 against fp32, in mIoU 0-1.</summary>
    public const double AllowedLoss = 0.005;

    private const int CalibrationImages = 48;
    private const int ParityImages = 100;

    public IReadOnlyList<ExportedGraph> Run(SegmentationSet train, SegmentationSet val, IReadOnlyList<Precision> wanted)
    {
        var graph = GraphBuilder.Build(model);
        var fp32 = OnnxWriter.Write(graph, Precision.Fp32);
        CheckParity(fp32, val);
        var reference = Score(Precision.Fp32, fp32, val);
        var exported = new List<ExportedGraph> { new(Precision.Fp32, fp32, reference) };
        if (wanted.Contains(Precision.Fp16))
        {
            var content = OnnxWriter.Write(graph, Precision.Fp16);
            var scores = Score(Precision.Fp16, content, val);
            if (scores.Pixels.MeanIoUOfShownClasses() >= reference.Pixels.MeanIoUOfShownClasses() - AllowedLoss)
                exported.Add(new ExportedGraph(Precision.Fp16, content, scores));
            else
                say("fp16 loses too much and is left out.");
        }

        if (wanted.Contains(Precision.Int8))
        {
            var images = Spread(train, CalibrationImages).Select(f => ImageDecoder.ResizeForModel(f.Image, recipe.Input)).ToArray();
            var found = new Quantizer(graph, images, say).Search(
                g => Score(Precision.Int8, g, val).Pixels.MeanIoUOfShownClasses(),
                reference.Pixels.MeanIoUOfShownClasses(),
                AllowedLoss
            );
            if (found is { } int8)
                exported.Add(new ExportedGraph(Precision.Int8, int8.Graph, Score(Precision.Int8, int8.Graph, val)));
            else
                say("int8 loses too much in every combination tried and is left out.");
        }

        return exported;
    }

    /// <summary>What the graph is, for the engine and the manifest.</summary>
    public ModelDescription Describe(IReadOnlyDictionary<Precision, string> graphs, string name) =>
        new()
        {
            Name = name,
            Description =
                $"DeepLabV3+ with a {recipe.Model.Backbone} encoder at output stride {recipe.Model.OutputStride}, {labels.Count} "
                + $"classes. {recipe.Description}",
            Licence = "See card.md.",
            Graphs = graphs,
            Architecture = new Architecture(
                "deeplabv3plus",
                System.Text.Json.JsonSerializer.SerializeToElement(recipe.Model.Backbone, Recipe.Json).GetString()!,
                recipe.Model.OutputStride,
                System.Text.Json.JsonSerializer.SerializeToElement(recipe.Model, Recipe.Json)
            ),
            Labels = labels,
            Preprocess = recipe.Input,
            Input = new InputContract("image", InputElementType.UInt8, TensorLayout.Nhwc),
            Output = new OutputContract("logits", OutputKind.Logits, TensorLayout.Nchw, 4),
        };

    private void CheckParity(byte[] fp32, SegmentationSet val)
    {
        // The model's own size, a quarter of its pixels, and an odd one that no stride divides.
        (int Width, int Height)[] sizes =
        [
            (recipe.Input.Width, recipe.Input.Height),
            (recipe.Input.Width / 2, recipe.Input.Height / 2),
            ((recipe.Input.Width * 3 / 4) + 3, (recipe.Input.Height * 3 / 4) + 1),
        ];
        var images = Spread(val, ParityImages).Select((f, i) => ImageDecoder.ResizeTo(f.Image, sizes[i % 3].Width, sizes[i % 3].Height));
        var report = Parity.Compare(model, fp32, images);
        say(
            $"fp32 against libtorch over {report.Images} images at three sizes: largest logit difference {report.MaxDifference:0.0e0}, "
                + $"same class {report.Agreement:P4}"
        );
        Check.That(
            report.MaxDifference <= Parity.MaxDifference && report.Agreement >= Parity.MinAgreement,
            $"The ONNX graph differs from the network by more than {Parity.MaxDifference:0.0e0}: the export is broken, nothing was written."
        );
    }

    private SetScores Score(Precision precision, byte[] graph, SegmentationSet val)
    {
        using var engine = SegmentationEngine.Load(
            Describe(new Dictionary<Precision, string> { [precision] = "model.onnx" }, "candidate"),
            graph,
            new EngineOptions { Precision = precision }
        );
        var scores = OnnxEvaluation.Run(engine, val);
        say($"{precision}: accuracy {scores.Pixels.PixelAccuracy():P2}, mIoU {scores.Pixels.MeanIoU():P2}, {graph.Length / 1e6:F1} MB");
        return scores;
    }

    private static IEnumerable<Frame> Spread(SegmentationSet set, int count) =>
        Enumerable
            .Range(0, Math.Min(count, set.Frames.Count))
            .Select(i => set.Frames[(int)((long)i * set.Frames.Count / Math.Min(count, set.Frames.Count))]);
}
