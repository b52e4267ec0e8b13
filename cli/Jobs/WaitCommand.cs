using System.CommandLine;
using RoadSeg.Cli.Service;
using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Cli.Jobs;

/// <summary><c>roadseg wait ID...</c>: until jobs have ended.</summary>
internal static class WaitCommand
{
    private const int AtOnce = 32;

    private static readonly Option<double?> Within = new("--timeout")
    {
        Description = "Give up after so many seconds. The jobs go on.",
        HelpName = "seconds",
    };

    public static Command Create()
    {
        var ids = ServiceOptions.Ids();
        var command = new Command(
            "wait",
            "Waits until jobs have ended, in whatever way, and prints how. Exits with 1 when one has no result."
        )
        {
            ids,
            Within,
            ServiceOptions.Json,
            ServiceOptions.Server,
            ServiceOptions.Key,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(Within) is <= 0 or > 1e6)
                result.AddError("The timeout is a number of seconds above 0, at most a million.");
        });
        command.SetAction((parsed, cancel) => RunAsync(parsed, parsed.GetRequiredValue(ids), cancel));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, WorkId[] ids, CancellationToken cancel)
    {
        using var service = await ServiceConnection.OpenAsync(parsed, cancel);
        TimeSpan? timeout = parsed.GetValue(Within) is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
        var ended = await Batch.RunAsync(
            ids.Length,
            AtOnce,
            (i, board, stop) => service.Client.WaitAsync(ids[i], timeout, board.Moved(i), stop),
            cancel
        );
        for (var i = 0; i < ids.Length; i++)
        {
            if (ended[i].Value is not { } job)
                Screen.Failed(parsed, ids[i], ended[i].Failure!);
            else if (parsed.GetValue(ServiceOptions.Json))
                Screen.Json(job, JobJson.Default.JobView);
            else
                Console.Out.WriteLine($"{job.Id}  {job.State.Name()}{(Screen.Fault(job) is { } fault ? $"  {fault}" : "")}");
        }

        return ended.All(outcome => outcome.Value?.State == JobState.Succeeded) ? 0 : 1;
    }
}
