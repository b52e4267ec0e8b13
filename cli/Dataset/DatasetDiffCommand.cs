using System.CommandLine;
using System.Globalization;
using System.Text;
using RoadSeg.Cli.Segment;
using RoadSeg.Datasets.Comparison;
using RoadSeg.Datasets.Curation;
using Spectre.Console;

namespace RoadSeg.Cli.Dataset;

/// <summary><c>roadseg dataset diff BEFORE AFTER</c>: two curated versions against each other.</summary>
internal static class DatasetDiffCommand
{
    private const int MostShown = 10;

    public static Command Create(Option<bool> json)
    {
        var before = new Argument<string>("before") { Description = "Folder of the earlier curated version." };
        var after = new Argument<string>("after") { Description = "Folder of the later curated version." };
        var output = new Option<string?>("--out")
        {
            Description = $"Folder for {DatasetComparer.PageFile}, with pictures, and {DatasetComparer.JsonFile}.",
        };
        var command = new Command(
            "diff",
            "Holds two curated versions against each other: photos that came, went or were relabelled, and what pixels changed from and to."
        )
        {
            before,
            after,
            output,
            json,
        };
        command.SetAction(
            (parsed, cancel) =>
                DatasetRunner.GuardedAsync(() =>
                    Task.FromResult(
                        Run(
                            CuratedSet.Open(parsed.GetRequiredValue(before)),
                            CuratedSet.Open(parsed.GetRequiredValue(after)),
                            parsed.GetValue(output),
                            parsed.GetValue(json),
                            cancel
                        )
                    )
                )
        );
        return command;
    }

    private static int Run(CuratedSet before, CuratedSet after, string? folder, bool json, CancellationToken cancel)
    {
        var found = DatasetComparer.Compare(before, after, folder, cancel);
        if (json)
        {
            Console.Out.Write(Encoding.UTF8.GetString(found.ToJson()));
            return 0;
        }

        AnsiConsole.MarkupLineInterpolated($"[bold]{found.After.Name}[/]  {found.Before.Version} to {found.After.Version}");
        AnsiConsole.MarkupLineInterpolated($"{found.Before.Photos:N0} photos before, {found.After.Photos:N0} after");
        AnsiConsole.MarkupLineInterpolated(
            $"{found.Added.Count:N0} added, {found.Removed.Count:N0} removed, {found.Replaced.Count:N0} replaced by other photos"
        );
        AnsiConsole.MarkupLineInterpolated(
            $"{found.Relabelled.Count:N0} relabelled, {found.Moved.Count:N0} in another split, {found.Unchanged:N0} unchanged"
        );
        foreach (var note in found.Notes)
            AnsiConsole.MarkupLineInterpolated($"[yellow]note[/] {note}");
        if (found.Changes.Count > 0)
            AnsiConsole.Write(Pairs(found));
        AnsiConsole.Write(Classes(found));
        foreach (var photo in found.Relabelled.Take(MostShown))
            AnsiConsole.MarkupLineInterpolated($"  [dim]{photo.Id}: {photo.ChangedPixels:N0} of {photo.Pixels:N0} pixels[/]");
        if (folder is not null)
            Console.Out.WriteLine($"Report: {Path.Combine(folder, DatasetComparer.PageFile)}");
        return 0;
    }

    private static Table Pairs(DatasetComparison found)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("from").AddColumn("to");
        table.AddColumn(new TableColumn("pixels").RightAligned()).AddColumn(new TableColumn("photos").RightAligned());
        foreach (var pair in found.Changes.Take(MostShown))
            table.AddRow(Markup.Escape(pair.From), Markup.Escape(pair.To), Of(pair.Pixels), Of(pair.Photos));
        return table;
    }

    private static Table Classes(DatasetComparison found)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("class");
        table.AddColumn(new TableColumn("share before").RightAligned()).AddColumn(new TableColumn("after").RightAligned());
        foreach (var label in found.Classes)
            table.AddRow(
                Markup.Escape(label.Name),
                label.PixelsBefore is null ? "none" : Share(label.ShareBefore),
                label.PixelsAfter is null ? "none" : Share(label.ShareAfter)
            );
        return table;
    }

    private static string Of(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Share(double share) => share.ToString("P2", CultureInfo.InvariantCulture);
}
