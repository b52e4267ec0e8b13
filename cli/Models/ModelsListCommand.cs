using System.CommandLine;
using System.Globalization;
using System.Text.Json.Serialization;
using RoadSeg.Cli.Service;
using RoadSeg.Models;
using Spectre.Console;

namespace RoadSeg.Cli.Models;

/// <summary><c>roadseg models list</c>: the models that a running service has.</summary>
internal static class ModelsListCommand
{
    public static Command Create()
    {
        var command = new Command("list", "Lists the models of a running service.") { ServiceOptions.Json, ServiceOptions.Server, ServiceOptions.Key };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        using var service = await ServiceConnection.OpenAsync(parsed, cancel);
        var table = new Table().Border(TableBorder.None).AddColumn("name").AddColumn("version").AddColumn("network").AddColumn("measured");
        foreach (var model in await service.Client.ListModelsAsync(cancel))
        {
            if (parsed.GetValue(ServiceOptions.Json))
                Screen.Json(model, CliJson.Default.ModelView);
            table.AddRow(Markup.Escape(model.Name), Markup.Escape(model.Version), Markup.Escape($"{model.Architecture} {model.Encoder}"), Markup.Escape(string.Join("\n", model.Metrics.Select(Scores))));
        }

        if (!parsed.GetValue(ServiceOptions.Json))
            AnsiConsole.Write(table);
        return 0;
    }

    private static string Scores(MetricSet metrics) =>
        $"{metrics.Dataset} {metrics.Split}: {string.Join(", ", metrics.Values.Take(2).Select(value => string.Create(CultureInfo.InvariantCulture, $"{value.Key} {value.Value:F3}")))}";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ModelView))]
internal sealed partial class CliJson : JsonSerializerContext;
