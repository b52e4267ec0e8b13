using System.CommandLine;
using System.Globalization;
using RoadSeg.Cli.Segment;
using RoadSeg.Cli.Service;
using RoadSeg.Trainings;
using Spectre.Console;

namespace RoadSeg.Cli.Trainings;

/// <summary><c>roadseg trainings list</c>.</summary>
internal static class TrainingsListCommand
{
    private const int DefaultCount = 20;

    private static readonly Option<int> Limit = new("--limit")
    {
        Description = "At most so many runs.",
        HelpName = "count",
        DefaultValueFactory = _ => DefaultCount,
    };

    public static Command Create()
    {
        var command = new Command("list", "Lists training runs, newest first.")
        {
            Limit,
            ServiceOptions.Json,
            ServiceOptions.Server,
            ServiceOptions.Key,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        using var service = await ServiceConnection.OpenAsync(parsed, cancel);
        var table = new Table()
            .Border(TableBorder.None)
            .AddColumn("id")
            .AddColumn("state")
            .AddColumn("made")
            .AddColumn("data set")
            .AddColumn("recipe")
            .AddColumn("mIoU")
            .AddColumn("");
        await foreach (var run in service.Client.ListTrainingsAsync(cancel).Take(Math.Max(1, parsed.GetValue(Limit))))
        {
            if (parsed.GetValue(ServiceOptions.Json))
                Screen.Json(run, TrainingJson.Default.TrainingView);
            table.AddRow(
                run.Id.ToString(),
                TrainingReport.State(run),
                Report.Time(run.Times.CreatedAt),
                Markup.Escape(run.Plan.Dataset),
                Markup.Escape(run.Plan.Recipe),
                run.Progress?.MeanIoU?.ToString("F3", CultureInfo.InvariantCulture) ?? "",
                Markup.Escape(run.Failure?.Code ?? run.Version ?? "")
            );
        }

        if (!parsed.GetValue(ServiceOptions.Json) && table.Rows.Count > 0)
            AnsiConsole.Write(table);
        return 0;
    }
}
