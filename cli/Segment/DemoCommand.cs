using System.CommandLine;
using RoadSeg.Cli.Service;
using RoadSeg.Cli.Stack;

namespace RoadSeg.Cli.Segment;

/// <summary><c>roadseg demo</c>: the bundled photo dropped into storage, whose event sets the whole chain going.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var command = new Command(
            "demo",
            "Drops the bundled road photo into storage, lets its event run the real chain, and shows the result."
        )
        {
            ModelChoice.Model,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        await using var stack = await Screen.BusyAsync("starting storage, host and worker", () =>
            LocalStack.StartAsync(new LocalStackOptions { Settings = ModelChoice.Settings(parsed) }, cancel)
        );
        var drop = new PhotoDrop(stack.Blobs, stack.Client, TimeProvider.System);
        return await SegmentRun.RunAsync(
            stack.Client,
            [Workspace.SamplePhoto],
            (file, board, part, stop) => drop.SegmentAsync(file, board.Moved(part), stop),
            Path.Combine(Workspace.Root, "roadseg-results"),
            least: null,
            json: false,
            cancel
        );
    }
}
