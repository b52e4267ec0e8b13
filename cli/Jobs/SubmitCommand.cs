using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using RoadSeg.Cli.Service;
using RoadSeg.Jobs;

namespace RoadSeg.Cli.Jobs;

/// <summary><c>roadseg submit FILE...</c>: photos to a running service, without waiting for the results.</summary>
internal static class SubmitCommand
{
    private const int AtOnce = 8;

    private static readonly Option<string?> IdempotencyKey = new("--idempotency-key")
    {
        Description = "The same key with the same options gets the same job, also after it has ended. For one photo.",
        HelpName = "key",
    };

    public static Command Create()
    {
        var files = ServiceOptions.Photos();
        var command = new Command(
            "submit",
            "Uploads photos to a running service and prints the ids of their jobs, one a line, without waiting for the results."
        )
        {
            files,
            ServiceOptions.Model,
            ServiceOptions.Tags,
            ServiceOptions.Privacy,
            ServiceOptions.Detail,
            ServiceOptions.Redact,
            ServiceOptions.Webhook,
            IdempotencyKey,
            ServiceOptions.Json,
            ServiceOptions.Server,
            ServiceOptions.Key,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(IdempotencyKey) is not null && result.GetResult(files)?.Tokens.Count > 1)
                result.AddError("An idempotency key stands for one photo: submit the photos one by one.");
        });
        command.SetAction((parsed, cancel) => RunAsync(parsed, [.. parsed.GetRequiredValue(files).Select(file => file.FullName)], cancel));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, IReadOnlyList<string> files, CancellationToken cancel)
    {
        using var service = await ServiceConnection.OpenAsync(parsed, cancel);
        var (about, key) = (parsed.About(), parsed.GetValue(IdempotencyKey));
        var sent = new Outcome<JobView>[files.Count];
        await DetailCost.SayAsync(service.Client, files, about, cancel);
        try
        {
            await Batch.RunAsync(
                sent,
                AtOnce,
                (i, board, stop) => service.Client.UploadAsync(files[i], about, key, board.Sent(i), stop),
                cancel
            );
        }
        finally
        {
            // Jobs that were made are listed also for who interrupts the rest.
            for (var i = 0; i < files.Count; i++)
            {
                if (parsed.GetValue(ServiceOptions.Json) && sent[i] != default)
                    Screen.Json(Line(files[i], sent[i]));
                else if (sent[i].Value is { } job)
                    Console.Out.WriteLine(job.Id);
                if (sent[i].Failure is { } failure)
                    Screen.Note($"{files[i]}: {failure.Message}");
            }
        }

        return sent.All(outcome => outcome.Failure is null) ? 0 : 1;
    }

    private static JsonObject Line(string file, Outcome<JobView> sent) =>
        sent switch
        {
            { Value: { } job } => new JsonObject
            {
                ["file"] = file,
                ["job"] = JsonSerializer.SerializeToNode(job, JobJson.Default.JobView),
            },
            _ => new JsonObject { ["file"] = file, ["error"] = Screen.Describe(sent.Failure!) },
        };
}
