using System.CommandLine;
using System.Globalization;
using RoadSeg.Cli.Service;
using RoadSeg.Datasets;
using Spectre.Console;

namespace RoadSeg.Cli.Dataset;

/// <summary><c>roadseg dataset list</c> and <c>show</c>: the data sets of a running service.</summary>
internal static class DatasetServiceCommands
{
    public static Command List()
    {
        var command = new Command("list", "Lists the data sets of a running service.")
        {
            ServiceOptions.Json,
            ServiceOptions.Server,
            ServiceOptions.Key,
        };
        command.SetAction(ListAsync);
        return command;
    }

    public static Command Show()
    {
        var name = new Argument<string>("name") { Description = "Name of the set." };
        var command = new Command(
            "show",
            "Shows how a dropped data set stands and what its report says. Exit code 1: its latest drop cannot be used."
        )
        {
            name,
            ServiceOptions.Json,
            ServiceOptions.Server,
            ServiceOptions.Key,
        };
        command.SetAction((parsed, cancel) => ShowAsync(parsed, parsed.GetRequiredValue(name), cancel));
        return command;
    }

    /// <summary>How a set stands, in a few words.</summary>
    public static string Standing(DatasetView set) =>
        set switch
        {
            { Failure: { } failure } => $"{failure.Code}: {failure.Message}",
            { Progress: { Total: > 0 } step } => string.Create(
                CultureInfo.InvariantCulture,
                $"{step.Stage} {step.Done:N0} of {step.Total:N0}"
            ),
            { Progress: { } step } => step.Stage,
            { Training: { } run } => $"training run {run}",
            _ => "",
        };

    private static async Task<int> ListAsync(ParseResult parsed, CancellationToken cancel)
    {
        using var service = await ServiceConnection.OpenAsync(parsed, cancel);
        var table = new Table()
            .Border(TableBorder.None)
            .AddColumn("name")
            .AddColumn("state")
            .AddColumn("version")
            .AddColumn("received")
            .AddColumn("");
        foreach (var set in await service.Client.ListDatasetsAsync(cancel))
        {
            if (parsed.GetValue(ServiceOptions.Json))
                Screen.Json(set, DatasetRecordJson.Default.DatasetView);
            table.AddRow(
                Markup.Escape(set.Name),
                Word(set.State),
                set.Version ?? "",
                set.ReceivedAt.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture),
                Markup.Escape(Standing(set))
            );
        }

        if (!parsed.GetValue(ServiceOptions.Json) && table.Rows.Count > 0)
            AnsiConsole.Write(table);
        return 0;
    }

    private static async Task<int> ShowAsync(ParseResult parsed, string name, CancellationToken cancel)
    {
        using var service = await ServiceConnection.OpenAsync(parsed, cancel);
        var set = await service.Client.GetDatasetAsync(name, cancel);
        if (parsed.GetValue(ServiceOptions.Json))
        {
            Screen.Json(set, DatasetRecordJson.Default.DatasetView);
        }
        else
        {
            AnsiConsole.MarkupLineInterpolated($"[bold]{set.Name}[/]  {Word(set.State)}  {Standing(set)}");
            if (set.Late is { } late)
                AnsiConsole.MarkupLineInterpolated($"[red]{late.Message}[/]");
            if (set.Versions.Count > 0)
                AnsiConsole.MarkupLineInterpolated($"versions, the newest last: {string.Join(", ", set.Versions)}");
            if (set.Failure is not null || set.Version is not null)
                ReportTable.Write(AnsiConsole.Console, await service.Client.GetDatasetReportAsync(name, null, cancel));
        }

        return set.State == DatasetState.Failed ? 1 : 0;
    }

    private static string Word(DatasetState state) => state.ToString().ToLowerInvariant();
}
