using System.CommandLine;
using RoadSeg.Cli.Service;
using RoadSeg.Jobs;

namespace RoadSeg.Cli.Jobs;

/// <summary><c>roadseg cancel ID...</c>.</summary>
internal static class CancelCommand
{
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
        command.SetAction(
            (parsed, cancel) =>
                EachJob.RunAsync(
                    parsed,
                    parsed.GetRequiredValue(ids),
                    static (client, id, stop) => client.CancelAsync(id, stop),
                    job => Tell(parsed, job),
                    cancel
                )
        );
        return command;
    }

    private static void Tell(ParseResult parsed, JobView job)
    {
        if (parsed.GetValue(ServiceOptions.Json))
            Screen.Json(job, JobJson.Default.JobView);
        else
            Console.Out.WriteLine($"{job.Id}  {job.State.Name()}");
    }
}
