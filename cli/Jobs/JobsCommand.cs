using System.CommandLine;
using RoadSeg.Cli.Segment;
using RoadSeg.Cli.Service;
using RoadSeg.Client;
using RoadSeg.Jobs;
using RoadSeg.Work;
using Spectre.Console;

namespace RoadSeg.Cli.Jobs;

/// <summary><c>roadseg jobs</c>: the caller's jobs.</summary>
internal static class JobsCommand
{
    private const int DefaultCount = 20;
    private const int MaxPage = 100;

    private static readonly Option<string?> State = new("--state") { Description = "Only jobs in this state.", HelpName = "state" };

    private static readonly Option<string?> Name = new("--name")
    {
        Description = "Only photos whose name holds this, in upper or lower case.",
        HelpName = "text",
    };

    private static readonly Option<Dictionary<string, string>?> Tags = ServiceOptions.Notes(
        "Only jobs with this note. May be given several times."
    );

    private static readonly Option<DateTimeOffset?> Since = Time(
        "--since",
        "Only jobs that were made then or later (UTC where it has no zone)."
    );

    private static readonly Option<DateTimeOffset?> Until = Time("--until", "Only jobs that were made before.");

    private static readonly Option<int?> Limit = new("--limit")
    {
        Description = $"At most so many jobs. Default: {DefaultCount}, with --geojson all.",
        HelpName = "count",
    };

    public static Command Create()
    {
        State.AcceptOnlyFromAmong([.. JobStates.Names]);
        Limit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() < 1)
                result.AddError("The limit is at least 1.");
        });
        var command = new Command("jobs", "Lists your jobs, newest first.")
        {
            State,
            Tags,
            Name,
            Since,
            Until,
            ServiceOptions.Box,
            ServiceOptions.GeoJson,
            Limit,
            ServiceOptions.Json,
            ServiceOptions.Server,
            ServiceOptions.Key,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static Option<DateTimeOffset?> Time(string name, string description) =>
        new(name)
        {
            Description = description,
            HelpName = "time",
            CustomParser = result =>
            {
                var text = result.Tokens.Single().Value;
                if (Rfc3339Time.TryParse(text, out var time))
                    return time;
                result.AddError($"'{text}' is no time: write 2026-01-31 or 2026-01-31T12:00:00Z.");
                return null;
            },
        };

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        using var service = await ServiceConnection.OpenAsync(parsed, cancel);
        var limit = parsed.GetValue(Limit) ?? (parsed.GetValue(ServiceOptions.GeoJson) ? int.MaxValue : DefaultCount);
        var filter = new JobFilter
        {
            State = parsed.GetValue(State) is { } name ? JobStates.Parse(name) : null,
            Tags = parsed.GetValue(Tags),
            Name = parsed.GetValue(Name),
            Since = parsed.GetValue(Since),
            Until = parsed.GetValue(Until),
            Box = parsed.GetValue(ServiceOptions.Box),
        };
        if (parsed.GetValue(ServiceOptions.GeoJson))
        {
            var features = await service.Client.ListFeaturesAsync(filter, Math.Min(limit, MaxPage), cancel).Take(limit).ToListAsync(cancel);
            Screen.Json(new JobFeatures("FeatureCollection", features, null), JobJson.Default.JobFeatures);
            return 0;
        }

        var table = new Table()
            .Border(TableBorder.None)
            .AddColumn("id")
            .AddColumn("state")
            .AddColumn("made")
            .AddColumn("photo")
            .AddColumn("");
        await foreach (var job in service.Client.ListAsync(filter, Math.Min(limit, MaxPage), cancel).Take(limit))
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
