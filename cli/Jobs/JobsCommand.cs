using System.CommandLine;
using RoadSeg.Cli.Segment;
using RoadSeg.Cli.Service;
using RoadSeg.Jobs;
using Spectre.Console;

namespace RoadSeg.Cli.Jobs;

/// <summary><c>roadseg jobs</c>: the caller's jobs.</summary>
internal static class JobsCommand
{
    private const int DefaultCount = 20;
    private const int MaxPage = 100;

    private static readonly Option<string?> State = new("--state") { Description = "Only jobs in this state.", HelpName = "state" };

    private static readonly Option<int> Limit = new("--limit")
    {
        Description = "At most so many jobs.",
        HelpName = "count",
        DefaultValueFactory = _ => DefaultCount,
    };

    public static Command Create()
    {
        State.AcceptOnlyFromAmong([.. JobStates.Names]);
        Limit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
                result.AddError("The limit is at least 1.");
        });
        var command = new Command("jobs", "Lists your jobs, newest first.")
        {
            State,
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
        var limit = parsed.GetValue(Limit);
        var state = parsed.GetValue(State) is { } name ? JobStates.Parse(name) : null;
        var table = new Table()
            .Border(TableBorder.None)
            .AddColumn("id")
            .AddColumn("state")
            .AddColumn("made")
            .AddColumn("photo")
            .AddColumn("");
        await foreach (var job in service.Client.ListAsync(state, Math.Min(limit, MaxPage), cancel).Take(limit))
        {
            if (parsed.GetValue(ServiceOptions.Json))
                Screen.Json(job, JobJson.Default.JobView);
            table.AddRow(
                job.Id.ToString(),
                job.State.Name(),
                Report.Time(job.Times.CreatedAt),
                Markup.Escape(job.FileName ?? ""),
                Markup.Escape(job.Failure?.Code ?? "")
            );
        }

        if (!parsed.GetValue(ServiceOptions.Json) && table.Rows.Count > 0)
            AnsiConsole.Write(table);
        return 0;
    }
}
