using System.CommandLine;
using RoadSeg.Cli.Service;
using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Cli.Jobs;

/// <summary><c>roadseg cancel ID...</c>.</summary>
internal static class CancelCommand
{
    private const int AtOnce = 8;

    public static Command Create()
    {
        var ids = ServiceOptions.Ids();
        var command = new Command(
            "cancel",
            "Cancels jobs and prints how they stand. One that has ended is left as it is, which is no error."
        )
        {
            ids,
            ServiceOptions.Json,
            ServiceOptions.Server,
            ServiceOptions.Key,
        };
        command.SetAction((parsed, cancel) => RunAsync(parsed, parsed.GetRequiredValue(ids), cancel));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, WorkId[] ids, CancellationToken cancel)
    {
        using var service = await ServiceConnection.OpenAsync(parsed, cancel);
        var asked = await Batch.RunAsync(ids.Length, AtOnce, (i, _, stop) => service.Client.CancelAsync(ids[i], stop), cancel);
        for (var i = 0; i < ids.Length; i++)
        {
            if (asked[i].Value is not { } job)
                Screen.Failed(parsed, ids[i], asked[i].Failure!);
            else if (parsed.GetValue(ServiceOptions.Json))
                Screen.Json(job, JobJson.Default.JobView);
            else
                Console.Out.WriteLine($"{job.Id}  {job.State.Name()}");
        }

        return asked.All(outcome => outcome.Failure is null) ? 0 : 1;
    }
}
