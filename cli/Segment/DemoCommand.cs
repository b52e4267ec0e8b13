using System.CommandLine;
using RoadSeg.Cli.Stack;

namespace RoadSeg.Cli.Segment;

/// <summary><c>roadseg demo</c>: the bundled photo through the whole chain.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var command = new Command("demo", "Segments the bundled road photo through the real chain and shows the result.");
        command.SetAction((_, cancel) => SegmentCommand.RunAsync([Workspace.SamplePhoto], Path.Combine(Workspace.Root, "roadseg-results"), cancel));
        return command;
    }
}
