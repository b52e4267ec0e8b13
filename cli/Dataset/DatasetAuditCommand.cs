using System.CommandLine;
using System.Globalization;
using System.Text;
using RoadSeg.Cli.Stack;
using RoadSeg.Datasets;
using RoadSeg.Datasets.Audits;
using RoadSeg.Datasets.Comparison;
using RoadSeg.Datasets.Curation;
using RoadSeg.Datasets.Files;
using RoadSeg.Errors;
using RoadSeg.Inference;
using RoadSeg.Labels;
using RoadSeg.Models;
using RoadSeg.Startup;
using Spectre.Console;

namespace RoadSeg.Cli.Dataset;

/// <summary><c>roadseg dataset audit</c>: a data set's labels against what a model sees, run by the engine that serves it.</summary>
internal static class DatasetAuditCommand
{
    private const int MostShown = 10;

    private static readonly Option<string?> Model = new("--model")
    {
        Description = "The model: default, open, or the folder of a package. Default: default.",
    };
    private static readonly Option<string?> LabelMap = new("--label-map")
    {
        Description =
            "JSON file that says which class of the set each of the model's is, or null. Default: one that knows Cityscapes and IDD.",
    };
    private static readonly Option<string?> Output = new("--out")
    {
        Description = $"Folder for {AuditPage.PageFile}, with pictures, and {AuditPage.JsonFile}.",
    };

    /// <summary>Options of the command alone.</summary>
    public static Option[] Options => [Model, LabelMap, Output];

    public static async Task<int> RunAsync(ParseResult parsed, DatasetSource source, CancellationToken cancel)
    {
        if (DatasetExportCommand.Find(source.Path) is { } version)
            return await DatasetRunner.GuardedAsync(() => AuditAsync(parsed, source, CuratedSet.Open(version), [], cancel));
        return await DatasetRunner.OnFilesAsync(source, (files, spec) => CurateFirstAsync(parsed, source, files, spec, cancel), cancel);
    }

    // What cannot be read is left out, as a check says it.
    private static async Task<int> CurateFirstAsync(
        ParseResult parsed,
        DatasetSource source,
        LocalFolderFiles files,
        DatasetSpec spec,
        CancellationToken cancel
    )
    {
        var curated = Directory.CreateTempSubdirectory("roadseg-audit-");
        try
        {
            var (report, set) = await DatasetRunner.WithProgressAsync(source, progress =>
                new DatasetCurator(TimeProvider.System).CurateAsync(files, spec, new DatasetOptions(), curated.FullName, progress, cancel)
            );
            if (set is null)
                throw new RoadSegException(ErrorCodes.Parse(report.Problem!.Code), report.Problem.Message);
            var skipped = report
                .Faults.Where(group => group.Skipped)
                .SelectMany(group => group.Examples.Select(fault => new SkippedPhoto(fault.File, $"{group.Title}: {fault.Detail}")));
            return await AuditAsync(parsed, source, set, [.. skipped], cancel);
        }
        finally
        {
            curated.Delete(recursive: true);
        }
    }

    private static async Task<int> AuditAsync(
        ParseResult parsed,
        DatasetSource source,
        CuratedSet set,
        IReadOnlyList<SkippedPhoto> skipped,
        CancellationToken cancel
    )
    {
        NativeLibraries.Load(NativeLibraries.OwnVips);
        var package = ModelPackage.Load(ModelChoice.Folder(parsed.GetValue(Model)));
        var options = new AuditOptions { Pictured = AuditPage.Shown };
        var auditor = new LabelAuditor(set.Labels, package.Manifest, ClassNames.Read(parsed.GetValue(LabelMap)), options);
        using var engine = SegmentationEngine.Load(package);
        var begin = AuditTally.Begin(set.Manifest, set.Version, package.Manifest.Name, package.Manifest.Version, auditor);
        var tally = new AuditTally(set.Manifest, auditor, options, begin with { Skipped = skipped });
        await DatasetRunner.WithProgressAsync(source, progress =>
        {
            Look(set, engine, auditor, tally, progress, cancel);
            return Task.FromResult(0);
        });
        var audit = tally.Audit;
        if (source.Json)
            Console.Out.Write(Encoding.UTF8.GetString(audit.ToJson()));
        else
            Show(audit);
        if (parsed.GetValue(Output) is not { } folder)
            return 0;
        AuditPage.Write(audit, tally.TakeCrops(), folder);
        DatasetRunner.Say(source, $"Report: {Path.Combine(folder, AuditPage.PageFile)}");
        return 0;
    }

    private static void Look(
        CuratedSet set,
        SegmentationEngine engine,
        LabelAuditor auditor,
        AuditTally tally,
        IProgress<DatasetProgress>? progress,
        CancellationToken cancel
    )
    {
        var (done, total) = (0, (int)set.Manifest.Splits.Sum(split => split.Samples));
        foreach (var split in set.Manifest.Splits)
        {
            foreach (var shard in split.Shards)
            {
                foreach (var sample in tally.Read(shard, File.ReadAllBytes(Path.Combine(set.Folder, shard.File)), set.Labels))
                {
                    cancel.ThrowIfCancellationRequested();
                    if (tally.IsLabelled(sample))
                        tally.Add(sample, split.Split, engine.SegmentPhoto(sample.Image, auditor.Asked(sample)));
                    progress?.Report(new DatasetProgress("auditing", ++done, total));
                }
            }
        }
    }

    private static void Show(DatasetAudit audit)
    {
        AnsiConsole.MarkupLineInterpolated($"[bold]{audit.Name}[/]  {audit.Version}, audited with {audit.Model} {audit.ModelVersion}");
        AnsiConsole.MarkupLineInterpolated($"{audit.Photos:N0} photos, {audit.Found:N0} disputed regions");
        AnsiConsole.MarkupLineInterpolated($"{audit.DisputedPixels:N0} of {audit.LabelledPixels:N0} labelled pixels disputed");
        foreach (var note in audit.Notes)
            AnsiConsole.MarkupLineInterpolated($"[yellow]note[/] {note}");
        foreach (var photo in audit.Skipped.Take(MostShown))
            AnsiConsole.MarkupLineInterpolated($"[yellow]skipped[/] {photo.Id}: {photo.Reason}");
        if (audit.Skipped.Count > MostShown)
            AnsiConsole.MarkupLineInterpolated($"[yellow]skipped[/] and {audit.Skipped.Count - MostShown:N0} more");
        AnsiConsole.Write(Regions(audit));
        AnsiConsole.Write(Pairs(audit.Pairs));
    }

    private static Table Regions(DatasetAudit audit)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn(new TableColumn("score").RightAligned()).AddColumn("label").AddColumn("likely").AddColumn("photo").AddColumn("at");
        table.AddColumn(new TableColumn("pixels").RightAligned());
        foreach (var region in audit.Regions.Take(MostShown))
            table.AddRow(
                region.Score.ToString("F2", CultureInfo.InvariantCulture),
                Markup.Escape(region.Label),
                Markup.Escape(region.Likely),
                Markup.Escape(region.Id),
                string.Join(", ", region.Box.Take(2)),
                region.Pixels.ToString("N0", CultureInfo.InvariantCulture)
            );
        return table;
    }

    private static Table Pairs(IEnumerable<ChangedPair> pairs)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("label").AddColumn("model");
        table.AddColumn(new TableColumn("pixels").RightAligned()).AddColumn(new TableColumn("photos").RightAligned());
        foreach (var pair in pairs.Take(MostShown))
            table.AddRow(
                Markup.Escape(pair.From),
                Markup.Escape(pair.To),
                pair.Pixels.ToString("N0", CultureInfo.InvariantCulture),
                pair.Photos.ToString("N0", CultureInfo.InvariantCulture)
            );
        return table;
    }
}
