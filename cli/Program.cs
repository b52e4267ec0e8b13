using System.CommandLine;
using RoadSeg.Cli.Dataset;
using RoadSeg.Cli.Models;
using RoadSeg.Cli.Segment;
using RoadSeg.Cli.Stack;
using RoadSeg.Cli.Test;
using RoadSeg.LocalHost;
using Spectre.Console;

const int PlainWidth = 140;

if (Console.IsOutputRedirected)
{
    AnsiConsole.Console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Interactive = InteractionSupport.No });
    AnsiConsole.Profile.Width = PlainWidth;
}

var root = new RootCommand("RoadSeg turns road photos into per-pixel maps of road, vehicles, people, signs and the rest.")
{
    DemoCommand.Create(),
    SegmentCommand.Create(),
    UpCommand.Create(),
    ModelsCommand.Create(),
    DatasetCommand.Create(),
    TestCommand.Create(),
};
try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception e) when (e is AzuriteException or HostConfigurationException or TimeoutException or HttpRequestException)
{
    Console.Error.WriteLine($"roadseg: {e.Message}");
    return 1;
}
catch (OperationCanceledException)
{
    return 130;
}
