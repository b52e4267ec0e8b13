using System.CommandLine;
using RoadSeg.Cli.Service;
using RoadSeg.Work;

namespace RoadSeg.Cli.Jobs;

/// <summary><c>roadseg erase ID...</c>.</summary>
internal static class EraseCommand
{
    private static readonly Option<bool> Yes = new("--yes", "-y") { Description = "Do not ask." };

    public static Command Create()
    {
        var ids = ServiceOptions.Ids();
        var command = new Command(
            "erase",
            "Deletes all that is kept of jobs: photos, results, names and tags. There is no way back; 'cancel' stops a job and keeps them."
        )
        {
            ids,
            Yes,
            ServiceOptions.Server,
            ServiceOptions.Key,
        };
        command.SetAction((parsed, cancel) => RunAsync(parsed, parsed.GetRequiredValue(ids), cancel));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, WorkId[] ids, CancellationToken cancel)
    {
        if (!parsed.GetValue(Yes) && !Confirmed(ids.Length))
            return 1;
        return await EachJob.RunAsync(
            parsed,
            ids,
            static async (client, id, stop) =>
            {
                await client.EraseAsync(id, stop);
                return id.ToString();
            },
            static id => Console.Out.WriteLine($"{id}  erased"),
            cancel
        );
    }

    // A script that cannot answer says so beforehand.
    private static bool Confirmed(int count)
    {
        if (Console.IsInputRedirected)
        {
            Console.Error.WriteLine("Nothing is erased: nobody can be asked here. Repeat it with --yes.");
            return false;
        }

        Console.Error.Write($"Erase {count} job{(count == 1 ? "" : "s")} with photos and results, for good? [y/N] ");
        return Console.In.ReadLine()?.Trim().ToLowerInvariant() is "y" or "yes";
    }
}
