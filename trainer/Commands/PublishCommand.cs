using System.CommandLine;
using RoadSeg.Datasets.Curation;
using RoadSeg.Imaging;
using RoadSeg.Labels;
using RoadSeg.Trainer.Data;
using RoadSeg.Trainer.Libtorch;
using RoadSeg.Trainer.Publishing;

namespace RoadSeg.Trainer.Commands;

internal static class PublishCommand
{
    public static Command Create()
    {
        var checkpoint = new Option<string>("--checkpoint") { Description = "best.safetensors of a run.", Required = true };
        var data = new Option<string>("--data") { Description = "Data set: train calibrates, val gates and scores.", Required = true };
        var output = new Option<string>("--out") { Description = "Folder of the package; replaced when it exists.", Required = true };
        var golden = new Option<string>("--golden") { Description = "A photo for the self-test, free to ship.", Required = true };
        var goldenNote = new Option<string>("--golden-note") { Description = "Where that photo is from.", DefaultValueFactory = _ => "" };
        var name = new Option<string>("--name") { Description = "Package name.", DefaultValueFactory = _ => "camvid-mnv2" };
        var licence = new Option<string?>("--licence")
        {
            Description = "Licence of the weights and what it means; a curated set and CamVid say it themselves.",
        };
        var origin = new Option<string>("--origin")
        {
            Description = "Where the initial weights came from.",
            DefaultValueFactory = _ => "Where the initial weights came from was not said.",
        };
        var limits = new Option<string?>("--limits")
        {
            Description = "What to expect of it and what not; without it, what is known of the data set.",
        };
        var scored = new Option<string?>("--scored-on")
        {
            Description = "What the val split is, for the card, where it is not that of CamVid.",
        };
        var commit = new Option<string?>("--commit") { Description = "Git commit of the code." };
        var limit = new Option<int>("--limit") { Description = "Use at most this many frames of each split; 0 for all." };
        var threads = new Option<int>("--threads") { Description = "CPU threads of libtorch; 0 for all." };
        var command = new Command("publish", "Turn a checkpoint into a model package.")
        {
            checkpoint,
            data,
            output,
            golden,
            goldenNote,
            name,
            licence,
            origin,
            limits,
            scored,
            commit,
            limit,
            threads,
        };
        command.SetAction(parsed =>
        {
            TorchLibrary.Load(parsed.GetValue(threads));
            var (train, val) = (
                DataSource.Read(parsed.GetValue(data)!, "train", parsed.GetValue(limit)),
                DataSource.Read(parsed.GetValue(data)!, "val", parsed.GetValue(limit))
            );
            var photo = File.ReadAllBytes(parsed.GetValue(golden)!);
            var facts = Facts(
                parsed.GetValue(data)!,
                val.Labels,
                parsed.GetValue(name)!,
                parsed.GetValue(origin)!,
                parsed.GetValue(licence)
            );
            if (parsed.GetValue(limits) is { } expected)
                facts = facts with { Limits = expected };
            if (parsed.GetValue(scored) is { } split)
                facts = facts with { DataSet = split, Source = parsed.GetValue(name)! };
            var package = new PackagePublisher(TimeProvider.System, Console.WriteLine).Publish(
                parsed.GetValue(checkpoint)!,
                train,
                val,
                ImageDecoder.Decode(photo, ImageProbe.Read(photo, ImageLimits.Default)),
                $"They are the self-test too. {parsed.GetValue(goldenNote)}",
                facts,
                parsed.GetValue(commit),
                parsed.GetValue(output)!
            );
            Console.WriteLine($"{package.Manifest.Name} {package.Manifest.Version}: {package.Folder}");
        });
        return command;
    }

    private static CardFacts Facts(string data, LabelCatalogue labels, string name, string origin, string? licence)
    {
        var facts = CuratedFolder.IsIn(data) ? CardFacts.Of(CuratedSet.Open(data), name, origin) : CardFacts.OfCamVid(labels, name, origin);
        if (facts is not null)
            return licence is null ? facts : facts with { Licence = licence };
        var source = Path.GetFileName(Path.GetFullPath(data).TrimEnd(Path.DirectorySeparatorChar));
        return new CardFacts(
            name,
            $"{source} val ({labels.Count} classes)",
            licence
                ?? throw new TrainerException(
                    $"Nothing says under which licence {data} may be used, and with it the weights: add --licence \"...\"."
                ),
            origin,
            "Known from the scores above alone: expect poor results on whatever the data set does not show. Not for driving, nor for any "
                + "decision about people.",
            source
        );
    }
}
