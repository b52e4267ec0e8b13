using System.CommandLine;
using System.CommandLine.Help;
using RoadSeg.Cli.Batches;
using RoadSeg.Cli.Clips;
using RoadSeg.Cli.Dataset;
using RoadSeg.Cli.Jobs;
using RoadSeg.Cli.Models;
using RoadSeg.Cli.Review;
using RoadSeg.Cli.Segment;
using RoadSeg.Cli.Service;
using RoadSeg.Cli.Stack;
using RoadSeg.Cli.Test;
using RoadSeg.Cli.Trainings;
using RoadSeg.Client;
using RoadSeg.LocalHost;
using RoadSeg.LocalHost.Configuration;
using RoadSeg.Native;
using Spectre.Console;

const int PlainWidth = 140;

if (Console.IsOutputRedirected)
{
    AnsiConsole.Console = AnsiConsole.Create(
        new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        }
    );
    AnsiConsole.Profile.Width = PlainWidth;
}

// Not a RootCommand, whose help would name the assembly.
var root = new Command(
    "roadseg",
    """
    RoadSeg turns road photos into per-pixel maps of road, vehicles, people, signs and the rest.

    Further commands, each with a --help of its own: train, evaluate, average, export, publish (models), work (takes training runs), bench, soak (load under faults), host (another isolated worker).
    fuzz [--minutes N] [--seed S] sends requests made from the API description, valid and not, and looks for answers that it does not describe.
    """
)
{
    DemoCommand.Create(),
    SegmentCommand.Create(),
    ClipCommand.Create(),
    UpCommand.Create(),
    BatchCommand.Create(),
    SubmitCommand.Create(),
    WaitCommand.Create(),
    GetCommand.Create(),
    JobsCommand.Create(),
    CancelCommand.Create(),
    EraseCommand.Create(),
    WebhooksCommand.Create(),
    ModelsCommand.Create(),
    ReviewCommand.Create(),
    DatasetCommand.Create(),
    TrainingsCommand.Create(),
    TestCommand.Create(),
    new HelpOption(),
    new VersionOption(),
};
try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception e)
    when (e
            is AzuriteException
                or HostConfigurationException
                or NativeLibraryException
                or TimeoutException
                or HttpRequestException
                or IOException
                or UnauthorizedAccessException
                or RoadSegApiException
                or CommandFailedException
    )
{
    Console.Error.WriteLine($"roadseg: {e.Message}");
    return 1;
}
catch (OperationCanceledException)
{
    return 130;
}
