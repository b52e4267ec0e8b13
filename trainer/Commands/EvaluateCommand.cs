using System.CommandLine;
using RoadSeg.Evaluation;
using RoadSeg.Imaging;
using RoadSeg.Inference;
using RoadSeg.Labels;
using RoadSeg.Models;
using RoadSeg.Trainer.Data;
using RoadSeg.Trainer.Evaluation;
using RoadSeg.Trainer.Training;
using static TorchSharp.torch;

namespace RoadSeg.Trainer.Commands;

internal static class EvaluateCommand
{
    public static Command Create()
    {
        var data = new Option<string>("--data") { Description = "Folder with classes.json and the split.", Required = true };
        var checkpoint = new Option<string?>("--checkpoint") { Description = "A .safetensors checkpoint of a run ..." };
        var package = new Option<string?>("--model") { Description = "... or a model package, run by the serving engine." };
        var precision = new Option<Precision>("--precision") { Description = "Which graph of the package.", DefaultValueFactory = _ => Precision.Fp32 };
        var split = new Option<string>("--split") { Description = "train, val or test.", DefaultValueFactory = _ => "val" };
        var size = new Option<string?>("--size") { Description = "Input size WxH instead of the checkpoint's own." };
        var flip = new Option<bool>("--flip") { Description = "Also run mirrored and average (checkpoints only)." };
        var threads = new Option<int>("--threads") { Description = "CPU threads of libtorch; 0 for all." };
        var command = new Command("evaluate", "Score a checkpoint or a package against ground truth.") { data, checkpoint, package, precision, split, size, flip, threads };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(threads) > 0)
                set_num_threads(parsed.GetValue(threads));
            var root = parsed.GetValue(data)!;
            var set = CamVidFolder.Read(root, parsed.GetValue(split)!);
            ConfusionMatrix matrix;
            if (parsed.GetValue(package) is { } folder)
            {
                using var engine = SegmentationEngine.Load(ModelPackage.Load(folder), new EngineOptions { Precision = parsed.GetValue(precision) });
                SameClasses(engine.Model.Labels, set);
                matrix = OnnxEvaluation.Run(engine, set);
            }
            else
            {
                var path = parsed.GetValue(checkpoint) ?? throw new TrainerException("Give --checkpoint FILE or --model FOLDER.");
                var (model, recipe, labels) = Checkpoint.Open(path, CPU);
                using var _ = model;
                SameClasses(labels, set);
                matrix = TorchEvaluation.Run(model, set, parsed.GetValue(size) is { } wanted ? Stretch(wanted) : recipe.Input, CPU, parsed.GetValue(flip));
            }

            var floor = CamVidFolder.HasSplit(root, "train") ? TorchEvaluation.NoImageFloor(CamVidFolder.Read(root, "train"), set) : null;
            ScoreTable.Write(Console.Out, matrix, set.Labels, floor);
        });
        return command;
    }

    private static void SameClasses(LabelCatalogue labels, SegmentationSet set) => Check.That(
        labels.Classes.Select(c => c.Name).SequenceEqual(set.Labels.Classes.Select(c => c.Name)),
        $"The model's classes ({string.Join(", ", labels.Classes.Select(c => c.Name))}) are not the data set's.");

    private static PreprocessSpec Stretch(string size) =>
        size.Split('x') is [var w, var h] && int.TryParse(w, out var width) && int.TryParse(h, out var height)
            ? new PreprocessSpec(ResizeMode.Stretch, width, height)
            : throw new TrainerException("--size is WIDTHxHEIGHT, such as 480x360.");
}
