using System.CommandLine;
using RoadSeg.Models;
using RoadSeg.Trainer.Data;
using RoadSeg.Trainer.Export;
using RoadSeg.Trainer.Libtorch;
using RoadSeg.Trainer.Training;
using static TorchSharp.torch;

namespace RoadSeg.Trainer.Commands;

internal static class ExportCommand
{
    public static Command Create()
    {
        var checkpoint = new Option<string>("--checkpoint") { Description = "A .safetensors checkpoint of a run.", Required = true };
        var data = new Option<string>("--data") { Description = "Data set: train calibrates int8, val gates and scores.", Required = true };
        var output = new Option<string>("--out") { Description = "Folder for the graphs.", Required = true };
        var precisions = new Option<Precision[]>("--precision")
        {
            Description = "fp32 is always written; fp16 and int8 as wanted.",
            DefaultValueFactory = _ => [Precision.Fp16, Precision.Int8],
            AllowMultipleArgumentsPerToken = true,
        };
        var limit = new Option<int>("--limit") { Description = "Use at most this many frames of each split; 0 for all." };
        var threads = new Option<int>("--threads") { Description = "CPU threads of libtorch; 0 for all." };
        var command = new Command("export", "Write ONNX graphs, checked against the network and scored.")
        {
            checkpoint,
            data,
            output,
            precisions,
            limit,
            threads,
        };
        command.SetAction(parsed =>
        {
            TorchLibrary.Load(parsed.GetValue(threads));
            var (model, recipe, labels) = Checkpoint.Open(parsed.GetValue(checkpoint)!, CPU);
            using var _ = model;
            var (train, val) = (
                DataSource.Read(parsed.GetValue(data)!, "train", parsed.GetValue(limit)),
                DataSource.Read(parsed.GetValue(data)!, "val", parsed.GetValue(limit))
            );
            Directory.CreateDirectory(parsed.GetValue(output)!);
            foreach (var graph in new ModelExport(model, recipe, labels, Console.WriteLine).Run(train, val, parsed.GetValue(precisions)!))
                File.WriteAllBytes(Path.Combine(parsed.GetValue(output)!, GraphFiles.NameOf(graph.Precision)), graph.Content);
        });
        return command;
    }
}
