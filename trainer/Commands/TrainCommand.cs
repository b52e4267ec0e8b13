using System.CommandLine;
using RoadSeg.Trainer.Libtorch;
using RoadSeg.Trainer.Mpi;
using RoadSeg.Trainer.Teaching;
using RoadSeg.Trainer.Training;

namespace RoadSeg.Trainer.Commands;

internal static class TrainCommand
{
    public const string Name = "train";

    public static Command Create()
    {
        var data = new Option<string>("--data")
        {
            Description = "Folder with classes.json, train, trainannot, val, valannot.",
            Required = true,
        };
        var recipe = new Option<string>("--recipe") { Description = "Name of a recipe, or a file.", DefaultValueFactory = _ => "smoke" };
        var init = new Option<string?>("--init")
        {
            Description = "Weights to start from (.safetensors, .pth): torchvision encoder names, or a RoadSeg checkpoint.",
        };
        var output = new Option<string>("--out") { Description = "Folder of the run.", DefaultValueFactory = _ => "run" };
        var resume = new Option<bool>("--resume")
        {
            Description = "Go on from the run's last checkpoint where there is one (the default; --resume false starts anew).",
            DefaultValueFactory = _ => true,
        };
        var threads = new Option<int>("--threads") { Description = "CPU threads of libtorch; 0 for all.", DefaultValueFactory = _ => 0 };
        var seed = new Option<long?>("--seed") { Description = "Replaces the recipe's seed." };
        var device = new Option<string>("--device") { Description = "cpu or cuda.", DefaultValueFactory = _ => "cpu" };
        var set = new Option<string[]>("--set")
        {
            Description = "key=value: replaces a field of the recipe, such as training.epochs=5.",
            DefaultValueFactory = _ => [],
        };
        var unlabelled = new Option<string[]>("--unlabelled")
        {
            Description = "Folder of photos without labels to learn from too; may be given several times.",
            DefaultValueFactory = _ => [],
        };
        var teacher = new Option<string>("--teacher")
        {
            Description = "Model packages that label those photos, with commas between.",
            DefaultValueFactory = _ => "",
        };
        var labelMap = new Option<string?>("--label-map")
        {
            Description = "JSON file: which class of the data set each of a teacher's classes is.",
        };
        var patience = new Option<int>("--rank-patience")
        {
            Description = "With mpirun: seconds that the other processes may keep one waiting before the run ends, 5 to 86400.",
            DefaultValueFactory = _ => 600,
        };
        var command = new Command(Name, "Train, or go on training.")
        {
            data,
            recipe,
            init,
            output,
            resume,
            threads,
            seed,
            device,
            set,
            unlabelled,
            teacher,
            labelMap,
            patience,
        };

        // The command line hears signals only once the action has given it a task.
        command.SetAction(
            (parsed, stop) =>
                Task.Run(
                    () =>
                    {
                        using var ranks = Join(parsed.GetValue(patience));
                        ranks.Lead(() => Train(parsed, ranks, stop));
                    },
                    CancellationToken.None
                )
        );
        return command;

        void Train(ParseResult parsed, Ranks ranks, CancellationToken stop)
        {
            var chosen = Recipe.Load(parsed.GetValue(recipe)!, parsed.GetValue(set)!);
            if (parsed.GetValue(seed) is { } number)
                chosen = chosen with { Seed = number };
            TorchLibrary.Load(parsed.GetValue(threads));
            var files = new LoopFiles(parsed.GetValue(data)!, parsed.GetValue(output)!, parsed.GetValue(init), parsed.GetValue(resume))
            {
                Unlabelled = Unlabelled(parsed.GetValue(unlabelled)!, parsed.GetValue(teacher)!, parsed.GetValue(labelMap)),
            };
            Directory.CreateDirectory(files.Output);

            // mpirun gives its processes a terminal of its own, whose lines go elsewhere.
            var terminal = !Console.IsOutputRedirected && !ranks.AreSeveral;
            var log = new MetricsLog(files.Output, Console.Out, terminal, TimeProvider.System) { IsSilent = !ranks.IsFirst };
            var on = ComputeDevice.Open(parsed.GetValue(device)!, ranks.AreSeveral ? Launcher.Current.LocalNumber : null);
            if (ranks.AreSeveral)
                log.Say($"{ranks.Count} ranks train together, each {chosen.Training.BatchSize / ranks.Count} samples of every batch.");
            var state = new TrainingLoop(chosen, files, on, log, ranks: ranks).Run(stop);
            log.Say($"Best mIoU {state.BestMeanIou:P2} at update {state.BestStep}: {files.Best}");
        }
    }

    private static Ranks Join(int patience)
    {
        Check.InRange(patience, 5, 86400, "--rank-patience");
        return Ranks.Join(TimeSpan.FromSeconds(patience), TimeProvider.System);
    }

    private static UnlabelledSources? Unlabelled(string[] folders, string teachers, string? classNames)
    {
        Check.That(
            folders.Length > 0 || teachers.Length == 0,
            "A teacher (--teacher) labels photos, and there are none: name their folder with --unlabelled."
        );
        return folders.Length == 0 ? null : new UnlabelledSources(folders, UnlabelledSources.Packages(teachers), classNames);
    }
}
