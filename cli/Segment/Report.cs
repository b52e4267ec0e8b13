using System.Globalization;
using RoadSeg.Jobs;
using Spectre.Console;

namespace RoadSeg.Cli.Segment;

/// <summary>What a person sees of a job that ended.</summary>
internal static class Report
{
    public static void Succeeded(IAnsiConsole console, string file, JobView job, SavedResult result)
    {
        var summary = result.Summary;
        console.MarkupLineInterpolated($"[bold]{Path.GetFileName(file)}[/]  {summary.Width} x {summary.Height}  {summary.Model.Model} {summary.Model.ModelVersion} on {summary.Model.Provider}");
        console.Write(Shares(summary));
        console.MarkupLineInterpolated($"[dim]{Stages(job)}[/]");
        console.Write(new Grid().AddColumn().AddColumn()
            .AddRow("mask", Markup.Escape(result.Mask))
            .AddRow("coloured", Markup.Escape(result.Color))
            .AddRow("overlay", Markup.Escape(result.Overlay)));
    }

    public static void Failed(IAnsiConsole console, string file, JobView job) =>
        console.MarkupLineInterpolated($"[red]{Path.GetFileName(file)}: {job.State}[/] {job.Failure?.Code}: {job.Failure?.Message}");

    private static Table Shares(ResultSummary summary)
    {
        var table = new Table().Border(TableBorder.Simple)
            .AddColumn("").AddColumn("class")
            .AddColumn(new TableColumn("share").RightAligned())
            .AddColumn(new TableColumn("pixels").RightAligned())
            .AddColumn(new TableColumn("confidence").RightAligned())
            .AddColumn("colour");
        foreach (var label in summary.Classes.Where(c => c.Pixels > 0).OrderByDescending(c => c.Pixels))
        {
            table.AddRow(
                $"[on {label.Color}]    [/]",
                Markup.Escape(label.Name),
                label.Share.ToString("P1", CultureInfo.InvariantCulture),
                label.Pixels.ToString("N0", CultureInfo.InvariantCulture),
                label.MeanConfidence?.ToString("F2", CultureInfo.InvariantCulture) ?? "",
                label.Color.ToString());
        }

        return table;
    }

    private static string Stages(JobView job)
    {
        var s = job.Stages;
        (string Name, double? Milliseconds)[] stages =
        [
            ("read", s.Read), ("decode+resize", s.Decode), ("store", s.Store),
            ("queue", (job.Times.StartedAt - job.Times.QueuedAt)?.TotalMilliseconds),
            ("claim", s.Claim), ("fetch", s.Fetch), ("wait", s.Wait), ("model", s.Infer), ("upsample+argmax", s.Upsample), ("encode", s.Encode), ("commit", s.Commit),
            ("total", (job.Times.FinishedAt - job.Times.CreatedAt)?.TotalMilliseconds),
        ];
        return "ms: " + string.Join(", ", stages.Where(stage => stage.Milliseconds is not null)
            .Select(stage => string.Create(CultureInfo.InvariantCulture, $"{stage.Name} {stage.Milliseconds:F1}")));
    }
}
