using System.CommandLine;
using RoadSeg.Cli.Service;
using RoadSeg.Cli.Stack;
using RoadSeg.Client;
using RoadSeg.Jobs;

namespace RoadSeg.Cli.Segment;

/// <summary><c>roadseg segment FILE...</c>: the user's own photos, on a stack that runs for them or by a running service.</summary>
internal static class SegmentCommand
{
    private static readonly Option<string> Out = new("--out")
    {
        Description = "Folder for the results.",
        HelpName = "folder",
        DefaultValueFactory = _ => "roadseg-results",
    };

    public static Command Create()
    {
        var files = ServiceOptions.Photos();
        var command = new Command(
            "segment",
            "Segments photos and saves mask, coloured mask, overlay and summary of each. Starts storage, host and model for itself; with "
                + "--server it uses a running service."
        )
        {
            files,
            Out,
            ServiceOptions.Model,
            ServiceOptions.Tags,
            ServiceOptions.Privacy,
            ServiceOptions.Detail,
            ServiceOptions.Redact,
            ServiceOptions.MinConfidence,
            ServiceOptions.Json,
            ServiceOptions.Server,
            ServiceOptions.Key,
        };
        command.SetAction((parsed, cancel) => RunAsync(parsed, [.. parsed.GetRequiredValue(files).Select(file => file.FullName)], cancel));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, IReadOnlyList<string> files, CancellationToken cancel)
    {
        if (parsed.GetValue(ServiceOptions.Server) is null)
        {
            // A stack of its own serves what is named, where that is a package and no name of the registry's.
            var named = parsed.GetValue(ServiceOptions.Model);
            var package = named is null || ModelChoice.IsPackage(named);
            var settings = ModelChoice.Settings(package ? named : null);
            await using var stack = await Screen.BusyAsync("starting storage, host and worker", () =>
                LocalStack.StartAsync(new LocalStackOptions { Settings = settings }, cancel)
            );
            return await UploadAsync(stack.Client, files, package ? parsed.About() with { Model = null } : parsed.About(), parsed, cancel);
        }

        using var service = await ServiceConnection.OpenAsync(parsed, cancel);
        return await UploadAsync(service.Client, files, parsed.About(), parsed, cancel);
    }

    private static async Task<int> UploadAsync(
        RoadSegClient client,
        IReadOnlyList<string> files,
        UploadRequest about,
        ParseResult parsed,
        CancellationToken cancel
    )
    {
        await DetailCost.SayAsync(client, files, about, cancel);
        return await SegmentRun.RunAsync(
            client,
            files,
            async (file, board, part, stop) =>
            {
                var job = await client.UploadAsync(file, about, progress: board.Sent(part), cancel: stop);
                return await client.WaitAsync(job.Id, timeout: null, board.Moved(part), stop);
            },
            Path.GetFullPath(parsed.GetRequiredValue(Out)),
            parsed.GetValue(ServiceOptions.MinConfidence),
            parsed.GetValue(ServiceOptions.Json),
            cancel
        );
    }
}
