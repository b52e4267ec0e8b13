using System.CommandLine;
using RoadSeg.Cli.Service;
using RoadSeg.Client;
using RoadSeg.Registry;
using Spectre.Console;

namespace RoadSeg.Cli.Models;

/// <summary><c>roadseg models promote</c> and <c>roadseg models rollback</c>, over the API of a running service.</summary>
internal static class ModelsRolloutCommand
{
    private static readonly Argument<string> Name = new("name") { Description = "Name of the model." };

    public static Command Promote()
    {
        var version = new Argument<string>("version") { Description = "A published version; 'models list' shows them." };
        var force = new Option<bool>("--force") { Description = "Even where it did not pass its gate." };
        var command = new Command("promote", "Makes a version live: every serving process swaps to it within seconds.")
        {
            Name,
            version,
            force,
            ServiceOptions.Json,
            ServiceOptions.Server,
            ServiceOptions.Key,
        };
        command.SetAction(
            (parsed, cancel) =>
                RunAsync(
                    parsed,
                    client =>
                        client.PromoteModelAsync(
                            parsed.GetRequiredValue(Name),
                            parsed.GetRequiredValue(version),
                            parsed.GetValue(force),
                            cancel
                        ),
                    cancel
                )
        );
        return command;
    }

    public static Command RollBack()
    {
        var command = new Command("rollback", "Makes the version live again that was so before the live one.")
        {
            Name,
            ServiceOptions.Json,
            ServiceOptions.Server,
            ServiceOptions.Key,
        };
        command.SetAction(
            (parsed, cancel) => RunAsync(parsed, client => client.RollBackModelAsync(parsed.GetRequiredValue(Name), cancel), cancel)
        );
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, Func<RoadSegClient, Task<ModelVersionList>> move, CancellationToken cancel)
    {
        using var service = await ServiceConnection.OpenAsync(parsed, cancel);
        var versions = await move(service.Client);
        if (parsed.GetValue(ServiceOptions.Json))
        {
            Screen.Json(versions, RegistryJson.Default.ModelVersionList);
            return 0;
        }

        var table = ModelsListCommand.Versions();
        ModelsListCommand.Add(table, versions);
        AnsiConsole.Write(table);
        return 0;
    }
}
