using System.Globalization;
using RoadSeg.Datasets;
using Spectre.Console;

namespace RoadSeg.Cli.Dataset;

/// <summary>A report on a terminal.</summary>
internal static class ReportTable
{
    private const int Examples = 3;

    public static void Write(IAnsiConsole console, DatasetReport report)
    {
        var splits = string.Join(", ", report.Splits.Select(split => $"{split.Split.ToString().ToLowerInvariant()} {split.Images:N0}"));
        var by = report.SplitBy.ToString().ToLowerInvariant();
        console.MarkupLineInterpolated(
            $"[bold]{report.Name}[/]  layout {report.Layout}, {report.Usable:N0} of {report.Pairs:N0} pairs usable, {splits} (by {by})"
        );
        console.Write(Classes(report));
        var unknown = report.Values.Where(value => value.Class is "unknown" or "ambiguous" or "overlap").ToList();
        foreach (var value in unknown.Take(10))
            console.MarkupLineInterpolated(
                $"  [yellow]{value.Class}[/] value {value.Value} {value.Name}: {value.Pixels:N0} pixels in {value.Images:N0} masks"
            );
        if (unknown.Count > 10)
            console.MarkupLineInterpolated($"  [dim]and {unknown.Count - 10:N0} more[/]");
        foreach (var group in report.Faults)
        {
            var pixels = group.Pixels > 0 ? $" ({group.Pixels:N0} pixels)" : "";
            console.MarkupLineInterpolated($"{(group.Skipped ? "skipped" : "warning")} [bold]{group.Count:N0}[/] {group.Title}{pixels}");
            foreach (var fault in group.Examples.Take(Examples))
                console.MarkupLineInterpolated($"  [dim]{fault.File}: {fault.Detail}[/]");
        }

        foreach (var note in report.Notes)
            console.MarkupLineInterpolated($"[yellow]note[/] {note}");
        if (report.Problem is { } problem)
            console.MarkupLineInterpolated($"[red]{problem.Code}[/]: {problem.Message}");
    }

    private static Table Classes(DatasetReport report)
    {
        var table = new Table()
            .Border(TableBorder.Simple)
            .AddColumn("")
            .AddColumn("class")
            .AddColumn(new TableColumn("share").RightAligned())
            .AddColumn(new TableColumn("pixels").RightAligned())
            .AddColumn(new TableColumn("images").RightAligned());
        foreach (var label in report.Classes.OrderByDescending(label => label.Pixels))
        {
            table.AddRow(
                $"[on {label.Color}]    [/]",
                Markup.Escape(label.Name),
                label.Share.ToString("P2", CultureInfo.InvariantCulture),
                label.Pixels.ToString("N0", CultureInfo.InvariantCulture),
                label.Images.ToString("N0", CultureInfo.InvariantCulture)
            );
        }

        return table;
    }
}
