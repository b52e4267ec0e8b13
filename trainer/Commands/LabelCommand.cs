using System.CommandLine;
using RoadSeg.Datasets.Mapping;
using RoadSeg.Labels;
using RoadSeg.Models;
using RoadSeg.Trainer.Data;
using RoadSeg.Trainer.Teaching;
using RoadSeg.Trainings.Recipes;

namespace RoadSeg.Trainer.Commands;

internal static class LabelCommand
{
    public static Command Create()
    {
        var photos = new Argument<string[]>("photos")
        {
            Description = "Folders of photos; masks of what is known of them may lie beside.",
            Arity = ArgumentArity.OneOrMore,
        };
        var teacher = new Option<string>("--teacher")
        {
            Description = "Model packages that label the photos, with commas between.",
            Required = true,
        };
        var classes = new Option<string?>("--classes")
        {
            Description =
                "Whose classes the set has: a model package, or a data set with classes.json. Default: those of the model that ships.",
        };
        var labelMap = new Option<string?>("--label-map") { Description = "JSON file: which class each of a teacher's classes is." };
        var rectangles = new Option<string?>("--rectangles")
        {
            Description = "JSON file of rectangles drawn by hand, laid over the teachers' labels.",
        };
        var confidence = new Option<double>("--confidence")
        {
            Description = "From which on a label counts, 0.3-1.",
            DefaultValueFactory = _ => 0.8,
        };
        var keep = new Option<double>("--keep-at-least")
        {
            Description = "Of every class at least this share of what teachers call it counts, down to a confidence of a half, 0-1.",
            DefaultValueFactory = _ => 0.3,
        };
        var seeFrom = new Option<double>("--see-from")
        {
            Description = "Photos of a lower mean level, 0-255, get no labels of teachers.",
            DefaultValueFactory = _ => 0,
        };
        var mirror = new Option<bool>("--mirror") { Description = "Teachers look at each photo mirrored too." };
        var val = new Option<double>("--val")
        {
            Description = "Share of every folder that becomes val, 0-0.5.",
            DefaultValueFactory = _ => 0.1,
        };
        var output = new Option<string>("--out")
        {
            Description = "Folder of the data set: a new one.",
            DefaultValueFactory = _ => "labelled",
        };
        var command = new Command("label", "Label photos by models: a data set to train on, to curate, or to correct in a labelling tool.")
        {
            photos,
            teacher,
            classes,
            labelMap,
            rectangles,
            confidence,
            keep,
            seeFrom,
            mirror,
            val,
            output,
        };
        command.SetAction(
            (parsed, stop) =>
                Task.Run(
                    () =>
                    {
                        var folder = parsed.GetValue(output)!;
                        Check.That(
                            !Directory.Exists(folder) || !Directory.EnumerateFileSystemEntries(folder).Any(),
                            $"{folder} is not empty: name a new folder with --out."
                        );
                        var share = parsed.GetValue(val);
                        Check.That(share is >= 0 and <= 0.5, $"--val is {share}: a share from 0 to 0.5.");
                        var options = new UnlabelledOptions
                        {
                            Confidence = parsed.GetValue(confidence),
                            KeepAtLeast = parsed.GetValue(keep),
                            Mirror = parsed.GetValue(mirror),
                            TeachersSeeFrom = parsed.GetValue(seeFrom),
                        };
                        var labels = Labels(parsed.GetValue(classes));
                        var drawn = parsed.GetValue(rectangles) is { } file
                            ? LabelledRectangles.Read(file, labels)
                            : LabelledRectangles.None;
                        var sources = new UnlabelledSources(
                            parsed.GetValue(photos)!,
                            UnlabelledSources.Packages(parsed.GetValue(teacher)!),
                            parsed.GetValue(labelMap)
                        );
                        options.Validate();
                        Say(TaughtSet.Write(sources, options, labels, drawn, share, folder, Console.Out, stop), folder);
                    },
                    CancellationToken.None
                )
        );
        return command;
    }

    private static LabelCatalogue Labels(string? classes) =>
        classes is null ? BuiltInCatalogues.CamVid11
        : File.Exists(Path.Combine(classes, CamVidFolder.ClassesFile)) ? CamVidFolder.Labels(classes)
        : ModelPackage.Load(classes).Manifest.Labels;

    private static void Say(TaughtSet.Written set, string folder) =>
        Console.WriteLine(
            $"{folder}: {set.Train} photos to train on, {set.Val} to score on, {set.Labelled:P1} of their pixels labelled"
                + (set.LeftOut > 0 ? $"; {set.LeftOut} of which nothing is known were left out." : ".")
        );
}
