using System.Text;
using System.Text.Json;
using RoadSeg.Evaluation;
using RoadSeg.Imaging;
using RoadSeg.Inference;
using RoadSeg.Models;
using RoadSeg.Packaging;
using RoadSeg.Trainer.Data;
using RoadSeg.Trainer.Evaluation;
using RoadSeg.Trainer.Export;
using RoadSeg.Trainer.Training;
using static TorchSharp.torch;

namespace RoadSeg.Trainer.Publishing;

/// <summary>From a checkpoint to a package that the backend serves: export, score, card, golden pair, manifest, and a last look at the
/// finished folder.</summary>
internal sealed class PackagePublisher(TimeProvider time, Action<string> say)
{
    private const string GoldenInput = "golden-input.png";
    private const string GoldenMask = "golden-mask.png";

    // Kernels of other machines round differently, and int8 differs from float by design: the measured agreement less this much must hold.
    private const double AgreementMargin = 0.01;

    /// <param name="checkpoint">A run's best.safetensors, or its last: the optimiser stays behind.</param>
    /// <param name="golden">A photo whose licence lets it be shipped.</param>
    /// <param name="destination">Folder of the package; replaced when it exists.</param>
    public ModelPackage Publish(
        string checkpoint,
        SegmentationSet train,
        SegmentationSet val,
        RgbImage golden,
        string goldenNote,
        CardFacts facts,
        string? commit,
        string destination
    )
    {
        var (model, recipe, labels) = Checkpoint.Open(checkpoint, CPU);
        using var _ = model;
        var export = new ModelExport(model, recipe, labels, say);
        var graphs = export.Run(train, val, [Precision.Fp16, Precision.Int8]);
        var state = Checkpoint.StateOf(checkpoint);
        var floor = NoImageFloor.Of(train, val)!;

        var description = export.Describe(graphs.ToDictionary(g => g.Precision, g => GraphFiles.NameOf(g.Precision)), facts.Name) with
        {
            Licence = facts.Licence,
            Metrics = [.. graphs.Select(g => Metrics(g, val, floor, facts.Source))],
            Training = JsonSerializer.SerializeToElement(recipe, Recipe.Json),
            GitCommit = commit,
        };
        var input = ImageDecoder.ResizeForModel(golden, recipe.Input);
        var masks = graphs.Select(g => Segment(description, g, input)).ToArray();
        var agreement = masks.Min(m => (double)m.Zip(masks[0], (a, b) => a == b ? 1 : 0).Sum() / m.Length);
        description = description with
        {
            SelfTest = new SelfTestSpec(
                GoldenInput,
                GoldenMask,
                Math.Round(agreement - AgreementMargin, 3),
                QuickestRun(description, graphs[0], input)
            ),
        };

        var parameters = model.parameters().Sum(p => p.NumberOfElements);
        var files = graphs.ToDictionary(g => GraphFiles.NameOf(g.Precision), g => (ReadOnlyMemory<byte>)g.Content);
        files[PackageFiles.Weights] = Checkpoint.Weights(recipe, labels, state, model).ToBytes();
        files[PackageFiles.Card] = Encoding.UTF8.GetBytes(
            ModelCard.Write(
                facts,
                recipe,
                labels,
                parameters,
                state,
                graphs,
                floor,
                val.Frames.Count,
                (val.Frames[0].Image.Width, val.Frames[0].Image.Height),
                goldenNote
            )
        );
        files[GoldenInput] = PhotoEncoder.Png(input);
        files[GoldenMask] = MaskPng.Encode(masks[0], input.Width, input.Height, labels);
        var package = new ModelPackageWriter(time).Write(destination, description, files, replace: true);
        foreach (var graph in graphs)
        {
            using var engine = SegmentationEngine.Load(package, new EngineOptions { Precision = graph.Precision });
            say(
                $"{graph.Precision}: self-test {engine.SelfTest()!.Agreement:P2} of pixels as expected "
                    + $"({package.Manifest.SelfTest!.MinimumAgreement:P1} demanded)."
            );
        }

        return package;
    }

    private static double QuickestRun(ModelDescription description, ExportedGraph graph, RgbImage input)
    {
        using var engine = SegmentationEngine.Load(description, graph.Content, new EngineOptions { Precision = graph.Precision });
        return engine.QuickestRun(input);
    }

    private static byte[] Segment(ModelDescription description, ExportedGraph graph, RgbImage input)
    {
        using var engine = SegmentationEngine.Load(description, graph.Content, new EngineOptions { Precision = graph.Precision });
        return engine.Segment(input, input.Width, input.Height).ClassIds;
    }

    private MetricSet Metrics(ExportedGraph graph, SegmentationSet val, ConfusionMatrix floor, string source)
    {
        var scores = graph.Scores.Pixels;
        var values = new Dictionary<string, double>
        {
            ["pixelAccuracy"] = Round(scores.PixelAccuracy()),
            ["meanIoU"] = Round(scores.MeanIoU()),
            ["meanClassAccuracy"] = Round(scores.MeanClassAccuracy()),
            ["frequencyWeightedIoU"] = Round(scores.FrequencyWeightedIoU()),
            ["floor.pixelAccuracy"] = Round(floor.PixelAccuracy()),
            ["floor.meanIoU"] = Round(floor.MeanIoU()),
        };
        if (graph.Scores.Boundaries.Mean is { } boundaryF)
            values["boundaryF"] = Round(boundaryF);
        var iou = scores.ClassIoU();
        foreach (var label in val.Labels.Classes.Where(l => iou[l.Id] is not null))
            values["iou." + label.Name] = Round(iou[label.Id]!.Value);
        foreach (var label in val.Labels.Classes)
        {
            if (graph.Scores.Certain?[label.Id] is not { } certain)
                continue;
            if (certain.From is { } from)
                values[MetricSet.CertainFromPrefix + label.Name] = from;
            values[MetricSet.CertainSharePrefix + label.Name] = Round(certain.Share);
        }

        var first = val.Frames[0].Image;
        var precision = graph.Precision.ToString().ToLowerInvariant();
        return new MetricSet(
            source,
            val.Name,
            first.Width,
            first.Height,
            values,
            time.GetUtcNow(),
            $"./roadseg evaluate --model <package> --precision {precision} --data <{source}> --split {val.Name}"
        );
    }

    private static double Round(double value) => Math.Round(value, 4);
}
