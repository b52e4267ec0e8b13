using System.CommandLine;
using RoadSeg.Imaging;
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
        var checkpoint = new Option<string>("--checkpoint") { Description = "A .safetensors checkpoint of a run.", Required = true };
        var split = new Option<string>("--split") { Description = "train, val or test.", DefaultValueFactory = _ => "val" };
        var size = new Option<string?>("--size") { Description = "Input size WxH instead of the checkpoint's own." };
        var flip = new Option<bool>("--flip") { Description = "Also run mirrored and average." };
        var threads = new Option<int>("--threads") { Description = "CPU threads of libtorch; 0 for all." };
        var command = new Command("evaluate", "Score a checkpoint against ground truth.") { data, checkpoint, split, size, flip, threads };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(threads) > 0)
                set_num_threads(parsed.GetValue(threads));
            var (model, recipe, labels) = Checkpoint.Open(parsed.GetValue(checkpoint)!, CPU);
            using var _ = model;
            var set = CamVidFolder.Read(parsed.GetValue(data)!, parsed.GetValue(split)!);
            Check.That(set.Labels.Count == labels.Count, $"The checkpoint knows {labels.Count} classes, the data set {set.Labels.Count}.");
            var input = parsed.GetValue(size) is { } wanted ? Stretch(wanted) : recipe.Input;
            var matrix = TorchEvaluation.Run(model, set, input, CPU, parsed.GetValue(flip));
            var floor = CamVidFolder.HasSplit(parsed.GetValue(data)!, "train") ? TorchEvaluation.NoImageFloor(CamVidFolder.Read(parsed.GetValue(data)!, "train"), set) : null;
            ScoreTable.Write(Console.Out, matrix, labels, floor);
        });
        return command;
    }

    private static PreprocessSpec Stretch(string size) =>
        size.Split('x') is [var w, var h] && int.TryParse(w, out var width) && int.TryParse(h, out var height)
            ? new PreprocessSpec(ResizeMode.Stretch, width, height)
            : throw new TrainerException("--size is WIDTHxHEIGHT, such as 480x360.");
}
