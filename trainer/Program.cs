using System.CommandLine;
using RoadSeg.Diagnostics;
using RoadSeg.Errors;
using RoadSeg.Native;
using RoadSeg.Startup;
using RoadSeg.Trainer;
using RoadSeg.Trainer.Commands;
using RoadSeg.Trainer.Training;

using var export = OtlpExport.Start("roadseg-trainer");
KeptMemory.Enable();
var root = new RootCommand("Trains DeepLabV3+ and turns it into a model package.")
{
    TrainCommand.Create(),
    EvaluateCommand.Create(),
    LabelCommand.Create(),
    AverageCommand.Create(),
    ExportCommand.Create(),
    PublishCommand.Create(),
    WorkCommand.Create(),
};

try
{
    NativeLibraries.Load(NativeLibraries.OwnVips);
    var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false };

    // What these were at is stored when they are asked to end: a step, an evaluation, a checkpoint.
    if (args is [TrainCommand.Name or WorkCommand.Name, ..])
        invocation.ProcessTerminationTimeout = TimeSpan.FromMinutes(10);
    return await root.Parse(args).InvokeAsync(invocation);
}
catch (Exception e)
    when (e
            is TrainerException
                or RoadSegException
                or NativeLibraryException
                or DllNotFoundException
                or UnauthorizedAccessException
                or IOException
    )
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
