using System.CommandLine;
using System.Globalization;
using RoadSeg.Imaging;
using RoadSeg.Inference;
using RoadSeg.Labels;
using RoadSeg.Models;
using RoadSeg.Redaction;
using RoadSeg.Trainer.Data;
using RoadSeg.Trainer.Evaluation;
using RoadSeg.Trainer.Libtorch;
using RoadSeg.Trainer.Training;
using static TorchSharp.torch;

namespace RoadSeg.Trainer.Commands;

internal static class EvaluateCommand
{
    public static Command Create()
    {
        var data = new Option<string>("--data")
        {
            Description = "Folder with classes.json and the split; with --points, of the photos.",
            Required = true,
        };
        var checkpoint = new Option<string?>("--checkpoint") { Description = "A .safetensors checkpoint of a run ..." };
        var package = new Option<string?>("--model")
        {
            Description = "... or a model package, run by the serving engine; or an exported .onnx file.",
        };
        var precision = new Option<Precision>("--precision")
        {
            Description = "Which graph of the package.",
            DefaultValueFactory = _ => Precision.Fp32,
        };
        var split = new Option<string>("--split") { Description = "train, val or test.", DefaultValueFactory = _ => "val" };
        var points = new Option<string?>("--points")
        {
            Description = "JSON file of labelled points of photos (docs/training.md), instead of a split.",
        };
        var size = new Option<string?>("--size") { Description = "Input size WxH instead of the model's own." };
        var stretch = new Option<string?>("--stretch")
        {
            Description =
                "Resize pictures and ground truth to WxH first, as tutorials do with 256x256. Higher figures, and less said by them.",
        };
        var flip = new Option<bool>("--flip") { Description = "Also look at every picture mirrored, and average." };
        var scales = new Option<string>("--scales")
        {
            Description = "Factors on the input size to look at and average, such as 0.75,1,1.25.",
            DefaultValueFactory = _ => "1",
        };
        var detail = new Option<bool>("--detail")
        {
            Description =
                "Look at every picture as jobs with detail=high do: in tiles too where it is larger than the input. For packages.",
        };
        var redaction = new Option<bool>("--redaction")
        {
            Description = "How much of people, riders and vehicles a redaction obscures, by their size, of a package as --model.",
        };
        var margin = new Option<double>("--margin")
        {
            Description = "With --redaction: width of the margin, as a share of the picture's shorter side.",
            DefaultValueFactory = _ => new RedactionRule().Margin,
        };
        var probability = new Option<double>("--probability")
        {
            Description = "With --redaction: probability from which on a pixel is obscured.",
            DefaultValueFactory = _ => new RedactionRule().Probability,
        };
        var threads = new Option<int>("--threads") { Description = "CPU threads of libtorch; 0 for all." };
        var device = new Option<string>("--device") { Description = "cpu or cuda (checkpoints).", DefaultValueFactory = _ => "cpu" };
        var command = new Command("evaluate", "Score a checkpoint, a package or an ONNX file against ground truth.")
        {
            data,
            checkpoint,
            package,
            precision,
            split,
            points,
            size,
            stretch,
            flip,
            scales,
            detail,
            redaction,
            margin,
            probability,
            threads,
            device,
        };
        command.SetAction(parsed =>
        {
            TorchLibrary.Load(parsed.GetValue(threads));
            var looks = new TestTime(parsed.GetValue(flip), Numbers(parsed.GetValue(scales)!));
            looks.Validate();
            var root = parsed.GetValue(data)!;
            var set = parsed.GetValue(points) is { } file
                ? LabelledPoints.Read(file, root, LabelsOf(parsed.GetValue(checkpoint), parsed.GetValue(package)))
                : DataSource.Read(root, parsed.GetValue(split)!);
            if (parsed.GetValue(stretch) is { } square)
                set = new SegmentationSet(set.Name, set.Labels, new StretchedFrames(set.Frames, Stretch(square)));
            if (parsed.GetValue(redaction))
            {
                var rule = new RedactionRule { Margin = parsed.GetValue(margin), Probability = parsed.GetValue(probability) };
                Redaction(parsed.GetValue(package), parsed.GetValue(precision), set, rule);
                return;
            }

            var input = parsed.GetValue(size) is { } wanted ? Stretch(wanted) : null;
            var scores = (parsed.GetValue(checkpoint), parsed.GetValue(package)) switch
            {
                ({ } path, null) => OfCheckpoint(path, set, input, looks, ComputeDevice.Open(parsed.GetValue(device)!)),
                (null, { } path) when File.Exists(path) => OnnxEvaluation.Run(
                    File.ReadAllBytes(path),
                    set,
                    input
                        ?? throw new TrainerException(
                            $"{path} does not say at which size it looks at a picture: add --size WIDTHxHEIGHT. A package says it: "
                                + "--model FOLDER."
                        ),
                    looks
                ),
                (null, { } path) => parsed.GetValue(detail)
                    ? InDetail(ModelPackage.Load(path), parsed.GetValue(precision), set, input, looks)
                    : OfPackage(ModelPackage.Load(path), parsed.GetValue(precision), set, input, looks),
                _ => throw new TrainerException("Give either --checkpoint FILE or --model FOLDER (or FILE.onnx)."),
            };
            var floor =
                parsed.GetValue(points) is null && DataSource.HasSplit(root, "train")
                    ? NoImageFloor.Of(DataSource.Read(root, "train"), set)
                    : null;
            ScoreTable.Write(Console.Out, scores, set.Labels, floor);
        });
        return command;
    }

    // A file of points has names only: which classes there are, the model says.
    private static LabelCatalogue LabelsOf(string? checkpoint, string? package) =>
        checkpoint is not null ? Checkpoint.LabelsOf(checkpoint)
        : Directory.Exists(package) ? ModelPackage.Load(package).Manifest.Labels
        : throw new TrainerException("--points takes a --checkpoint, or a package as --model.");

    private static SetScores OfCheckpoint(string path, SegmentationSet set, PreprocessSpec? input, TestTime looks, Device device)
    {
        var (model, recipe, labels) = Checkpoint.Open(path, device);
        using var _ = model;
        SameClasses(labels, set);
        return TorchEvaluation.Run(model, set, input ?? recipe.Input, device, looks);
    }

    private static SetScores OfPackage(
        ModelPackage package,
        Precision precision,
        SegmentationSet set,
        PreprocessSpec? input,
        TestTime looks
    )
    {
        var manifest = package.Manifest;
        SameClasses(manifest.Labels, set);
        if (looks.IsOnce && input is null)
        {
            using var engine = SegmentationEngine.Load(package, new EngineOptions { Precision = precision });
            return OnnxEvaluation.Run(engine, set);
        }

        Check.That(
            OnnxEvaluation.IsOurs(manifest),
            "--flip, --scales and --size need a graph of this trainer's own form: this package has another."
        );
        Check.That(manifest.Graphs.ContainsKey(precision), $"The package has no {precision} graph.");
        return OnnxEvaluation.Run(
            package.ReadFile(manifest.Graphs[precision]),
            set,
            input ?? manifest.Preprocess,
            looks,
            package.ReadIfListed
        );
    }

    private static SetScores InDetail(ModelPackage package, Precision precision, SegmentationSet set, PreprocessSpec? input, TestTime looks)
    {
        var manifest = package.Manifest;
        SameClasses(manifest.Labels, set);
        Check.That(looks.IsOnce, "--detail goes without --flip and --scales.");
        Check.That(manifest.Graphs.ContainsKey(precision), $"The package has no {precision} graph.");

        // Another size in the model's own mode: what larger photos are to the usual one.
        var description = input is null
            ? manifest
            : manifest with
            {
                Preprocess = manifest.Preprocess with { Width = input.Width, Height = input.Height },
            };
        using var engine = SegmentationEngine.Load(
            description,
            package.ReadFile(manifest.Graphs[precision]),
            new EngineOptions { Precision = precision }
        );
        return OnnxEvaluation.RunInDetail(engine, set);
    }

    private static void Redaction(string? path, Precision precision, SegmentationSet set, RedactionRule rule)
    {
        Check.That(Directory.Exists(path), "--redaction takes a package: --model FOLDER.");
        var package = ModelPackage.Load(path!);
        SameClasses(package.Manifest.Labels, set);
        using var engine = SegmentationEngine.Load(package, new EngineOptions { Precision = precision });
        RedactionRecall.Run(engine, set, rule).Write(Console.Out);
    }

    private static void SameClasses(LabelCatalogue labels, SegmentationSet set) =>
        Check.That(
            labels.HasClassesOf(set.Labels),
            $"The model's classes ({string.Join(", ", labels.Classes.Select(c => c.Name))}) are not the data set's."
        );

    private static double[] Numbers(string text) =>
        [.. text.Split(',').Select(part => double.TryParse(part, CultureInfo.InvariantCulture, out var number) ? number : double.NaN)];

    private static PreprocessSpec Stretch(string size) =>
        size.Split('x') is [var w, var h] && int.TryParse(w, out var width) && int.TryParse(h, out var height)
            ? new PreprocessSpec(ResizeMode.Stretch, width, height)
            : throw new TrainerException("--size is WIDTHxHEIGHT, such as 480x360.");
}
