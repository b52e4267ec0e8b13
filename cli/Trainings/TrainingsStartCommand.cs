using System.CommandLine;
using RoadSeg.Cli.Service;
using RoadSeg.Trainings;

namespace RoadSeg.Cli.Trainings;

/// <summary><c>roadseg trainings start</c>.</summary>
internal static class TrainingsStartCommand
{
    private static readonly Option<string> Dataset = new("--dataset")
    {
        Description = "Name of a curated data set.",
        HelpName = "name",
        Required = true,
    };

    private static readonly Option<string?> Version = new("--version")
    {
        Description = "Version of it. Default: the newest.",
        HelpName = "version",
    };

    private static readonly Option<string?> Recipe = new("--recipe")
    {
        Description = "Recipe of the trainer. Default: finetune.",
        HelpName = "name",
    };

    private static readonly Option<string?> Init = new("--init")
    {
        Description = "Weights to start from: live, none, or a version of the model. Default: live.",
        HelpName = "version",
    };

    private static readonly Option<bool> Keep = new("--no-promote")
    {
        Description = "Keep the version a candidate whatever the gate says.",
    };

    private static readonly Option<bool> Wait = new("--wait")
    {
        Description = "Follow the run until it has ended; exit with 1 when it did not succeed.",
    };

    private static readonly Option<Dictionary<string, string>?> Set = new("--set")
    {
        Description = "A field of the recipe to replace, such as training.epochs=5. May be given up to 32 times.",
        HelpName = "field=value",
        Arity = ArgumentArity.ZeroOrMore,
        CustomParser = result =>
        {
            var settings = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var text in result.Tokens.Select(token => token.Value))
            {
                if (text.Split('=', 2) is not [{ Length: > 0 } field, { Length: > 0 } value] || !settings.TryAdd(field, value))
                    result.AddError($"'{text}' is no setting: write field=value, every field once.");
            }

            return settings.Count == 0 ? null : settings;
        },
    };

    public static Command Create()
    {
        var command = new Command("start", "Starts a training run and prints it.")
        {
            Dataset,
            Version,
            Recipe,
            Init,
            Set,
            Keep,
            Wait,
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
        var request = new TrainingRequest
        {
            Dataset = parsed.GetValue(Dataset),
            Version = parsed.GetValue(Version),
            Recipe = parsed.GetValue(Recipe)!,
            Init = parsed.GetValue(Init)!,
            Settings = parsed.GetValue(Set),
            Promote = parsed.GetValue(Keep) ? false : null,
        };
        var run = await service.Client.StartTrainingAsync(request, cancel: cancel);
        if (parsed.GetValue(Wait))
        {
            using var line = new TrainingLine(run.Id);
            run = await service.Client.WaitTrainingAsync(run.Id, line, cancel);
        }

        TrainingReport.Write(run, parsed.GetValue(ServiceOptions.Json));
        return parsed.GetValue(Wait) && run.State != TrainingState.Succeeded ? 1 : 0;
    }
}
