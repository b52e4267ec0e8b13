using System.CommandLine;
using RoadSeg.Cli.Stack;
using Spectre.Console;

namespace RoadSeg.Cli.Segment;

/// <summary><c>roadseg segment FILE...</c>: the user's own photos through the whole chain.</summary>
internal static class SegmentCommand
{
    private static readonly Option<string> Out = new("--out")
    {
        Description = "Folder for the results.",
        DefaultValueFactory = _ => "roadseg-results",
    };

    public static Command Create()
    {
        var files = new Argument<FileInfo[]>("files") { Description = "Photos (JPEG, PNG, WebP, AVIF, TIFF).", Arity = ArgumentArity.OneOrMore };
        files.AcceptExistingOnly();
        var command = new Command("segment", "Segments photos and saves mask, coloured mask, overlay and summary of each.") { files, Out };
        command.SetAction((parsed, cancel) => RunAsync([.. parsed.GetRequiredValue(files).Select(file => file.FullName)], parsed.GetRequiredValue(Out), cancel));
        return command;
    }

    /// <summary>Starts a stack of its own, segments, stops it.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> files, string folder, CancellationToken cancel)
    {
        await using var stack = await AnsiConsole.Status().StartAsync("starting storage, host and handler", _ => LocalStack.StartAsync(new LocalStackOptions(), cancel));
        return await SegmentRun.RunAsync(stack, files, Path.GetFullPath(folder), AnsiConsole.Console, cancel);
    }
}
