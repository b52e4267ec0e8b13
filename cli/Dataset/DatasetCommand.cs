using System.CommandLine;
using RoadSeg.Cli.Service;
using RoadSeg.Datasets;
using RoadSeg.Datasets.Layouts;

namespace RoadSeg.Cli.Dataset;

/// <summary><c>roadseg dataset</c>: check, curate, show and send labelled data sets. Only push, list and show speak to a server.</summary>
internal static class DatasetCommand
{
    private static readonly Argument<string> Folder = new("folder") { Description = "Folder of the data set, or a zip of it." };
    private static readonly Option<string?> Layout = new("--layout")
    {
        Description = "Layout, where the folder has no dataset.json (or instead of its own): see 'roadseg dataset layouts'.",
    };
    private static readonly Option<string?> Name = new("--name")
    {
        Description = "Name of the set, where the folder has no dataset.json; by default the folder's.",
    };
    private static readonly Option<string?> Size = new("--size")
    {
        Description =
            "Size of the curated images as WIDTHxHEIGHT. Default: the input of the model that RoadSeg ships with, in each photo's shape.",
    };
    private static readonly Option<long?> Seed = new("--seed") { Description = "Seed of the division." };
    private static readonly Option<SplitSource?> SplitBy = new("--split-by")
    {
        Description = "layout: as the set is divided; seed: by seed and group.",
    };
    private static readonly Option<string?> ImagePattern = new("--images")
    {
        Description = "Pattern of the images, such as images/{split}/{id}.jpg.",
    };
    private static readonly Option<string?> MaskPattern = new("--masks")
    {
        Description = "Pattern of the masks, such as labels/{split}/{id}.png.",
    };
    private static readonly Option<bool> Json = new("--json") { Description = "Print the report as JSON and nothing else." };

    public static Command Create()
    {
        var reportTo = new Option<string?>("--out") { Description = "Folder for report.html, report.json and faults.jsonl." };
        var strict = new Option<bool>("--strict") { Description = "Exit with 2 when anything was found, even if the set can be used." };
        var check = Described(
            new Command("check", "Checks a data set and prints what was found. Exit code 0: usable, 1: not usable."),
            reportTo,
            strict,
            Json
        );
        check.SetAction(
            (parsed, cancel) => DatasetRunner.CheckAsync(Source(parsed), parsed.GetValue(reportTo), parsed.GetValue(strict), cancel)
        );

        var output = new Option<string>("--out")
        {
            Description = "Folder of curated sets; {name}/{version} is made in it.",
            DefaultValueFactory = _ => "curated",
        };
        var export = new Option<string?>("--huggingface") { Description = "Also write a Hugging Face image folder here." };
        var curate = Described(
            new Command("curate", "Checks a data set and makes a curated, versioned set of it that the trainer reads."),
            output,
            export,
            Json
        );
        curate.SetAction(
            (parsed, cancel) => DatasetRunner.CurateAsync(Source(parsed), parsed.GetValue(output)!, parsed.GetValue(export), cancel)
        );

        var reportFolder = new Option<string>("--out") { Description = "Folder for the report.", DefaultValueFactory = _ => "report" };
        var report = Described(
            new Command("report", "Writes the report of a data set, or prints that of a curated one."),
            reportFolder,
            Json
        );
        report.SetAction((parsed, cancel) => DatasetRunner.ReportAsync(Source(parsed), parsed.GetValue(reportFolder)!, cancel));

        var connection = new Option<string?>("--connection")
        {
            Description = "Connection string of the storage account; by default that of the environment variable ROADSEG_STORAGE.",
        };
        var container = new Option<string>("--container") { Description = "Container.", DefaultValueFactory = _ => "datasets" };
        var wait = new Option<bool>("--wait")
        {
            Description = "Follow the check on the service and print its report. Exit code 1: the set cannot be used.",
        };
        var push = Described(
            new Command(
                "push",
                "Sends a data set to storage; dataset.json goes last and starts its ingestion. The folder of a curated version goes in "
                    + "as it is, unchecked."
            ),
            connection,
            container,
            wait,
            Json,
            ServiceOptions.Server,
            ServiceOptions.Key
        );
        push.SetAction(
            (parsed, cancel) =>
                DatasetPushCommand.RunAsync(
                    parsed,
                    Source(parsed),
                    parsed.GetValue(connection),
                    parsed.GetValue(container)!,
                    parsed.GetValue(wait),
                    cancel
                )
        );

        var audit = Described(
            new Command(
                "audit",
                "Ranks the regions in which labels and a model disagree most, of a curated version (or a set's name below 'curated'), or "
                    + "of the folder of a data set."
            ),
            [.. DatasetAuditCommand.Options, Json]
        );
        audit.SetAction((parsed, cancel) => DatasetAuditCommand.RunAsync(parsed, Source(parsed), cancel));

        var layouts = new Command("layouts", "Lists the layouts that are known.");
        layouts.SetAction(_ =>
        {
            foreach (var (name, summary) in LayoutPresets.Names)
                Console.WriteLine($"{name, -16} {summary}");
        });
        return new Command("dataset", "Checks, curates, shows and sends labelled data sets.")
        {
            check,
            curate,
            report,
            push,
            DatasetExportCommand.Create(),
            DatasetServiceCommands.List(),
            DatasetServiceCommands.Show(),
            DatasetDiffCommand.Create(Json),
            audit,
            layouts,
        };
    }

    private static Command Described(Command command, params Option[] own)
    {
        command.Add(Folder);
        foreach (var option in (Option[])[Layout, Name, Size, Seed, SplitBy, ImagePattern, MaskPattern, .. own])
            command.Add(option);
        return command;
    }

    private static DatasetSource Source(ParseResult parsed) =>
        new(
            parsed.GetRequiredValue(Folder),
            parsed.GetValue(Layout),
            parsed.GetValue(Name),
            parsed.GetValue(Size),
            parsed.GetValue(Seed),
            parsed.GetValue(SplitBy),
            parsed.GetValue(ImagePattern),
            parsed.GetValue(MaskPattern),
            parsed.GetValue(Json)
        );
}
