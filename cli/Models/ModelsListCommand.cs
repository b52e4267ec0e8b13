using System.CommandLine;
using System.Globalization;
using System.Text.Json.Serialization;
using RoadSeg.Cli.Service;
using RoadSeg.Models;
using RoadSeg.Registry;
using Spectre.Console;

namespace RoadSeg.Cli.Models;

/// <summary><c>roadseg models list</c>: the models that a running service has, version by version.</summary>
internal static class ModelsListCommand
{
    public static Command Create()
    {
        var command = new Command("list", "Lists the models of a running service and their versions, newest first. --json: a line a model.")
        {
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
        var table = Versions();
        foreach (var model in await service.Client.ListModelsAsync(cancel))
        {
            if (parsed.GetValue(ServiceOptions.Json))
            {
                Screen.Json(model, CliJson.Default.ModelView);
                continue;
            }

            Add(table, await service.Client.ListModelVersionsAsync(model.Name, cancel));
            if (model.Notice is { } notice)
                Screen.Note($"{model.Name}: {notice}");
        }

        if (!parsed.GetValue(ServiceOptions.Json))
            AnsiConsole.Write(table);
        return 0;
    }

    /// <summary>A table of versions.</summary>
    public static Table Versions() =>
        new Table()
            .Border(TableBorder.None)
            .AddColumn("name")
            .AddColumn("version")
            .AddColumn("state")
            .AddColumn("gate")
            .AddColumn("measured");

    /// <summary>Adds the versions of a model to a table.</summary>
    public static void Add(Table table, ModelVersionList versions)
    {
        foreach (var version in versions.Items)
        {
            table.AddRow(
                Markup.Escape(version.Name),
                Markup.Escape(version.Version),
                version.State.ToString().ToLowerInvariant(),
                version.Gate is { } gate
                    ? gate.Passed
                        ? "passed"
                        : "failed: "
                            + Markup.Escape(string.Join(", ", gate.Checks.Where(check => !check.Passed).Select(check => check.Name)))
                    : "none",
                Markup.Escape(string.Join("\n", version.Metrics.Select(Scores)))
            );
        }
    }

    private static string Scores(MetricSet metrics) =>
        $"{metrics.Dataset} {metrics.Split}: "
        + string.Join(
            ", ",
            metrics.Values.Take(2).Select(value => string.Create(CultureInfo.InvariantCulture, $"{value.Key} {value.Value:F3}"))
        );
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(ModelView))]
internal sealed partial class CliJson : JsonSerializerContext;
