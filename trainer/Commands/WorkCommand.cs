using System.CommandLine;
using RoadSeg.Registry;
using RoadSeg.Storage;
using RoadSeg.Trainer.Libtorch;
using RoadSeg.Trainer.Publishing;
using RoadSeg.Trainer.Work;
using RoadSeg.Trainings;

namespace RoadSeg.Trainer.Commands;

internal static class WorkCommand
{
    public const string Name = "work";

    public static Command Create()
    {
        var untilEmpty = new Option<bool>("--until-empty") { Description = "End when no run waits; without it, look again for ever." };
        var threads = new Option<int>("--threads") { Description = "CPU threads of libtorch; 0 for all." };
        var device = new Option<string>("--device") { Description = "cpu or cuda.", DefaultValueFactory = _ => "cpu" };
        var folder = new Option<string>("--folder")
        {
            Description = "Where data sets, models and runs lie meanwhile.",
            DefaultValueFactory = _ => Path.Combine(Path.GetTempPath(), "roadseg-work"),
        };
        var command = new Command(
            Name,
            "Take training runs from the queue of a deployment (AzureWebJobsStorage) and publish what comes of them."
        )
        {
            untilEmpty,
            threads,
            device,
            folder,
        };
        command.SetAction(
            async (parsed, stop) =>
            {
                TorchLibrary.Load(parsed.GetValue(threads));
                Func<string, string?> setting = Environment.GetEnvironmentVariable;
                var (storage, time) = (Storage(setting), TimeProvider.System);
                var place = new WorkPlace(
                    storage,
                    new TrainingStore(storage.Blobs, storage.Queues, time),
                    new ModelRegistry(storage.Blobs, time),
                    WorkOptions.Read(Path.GetFullPath(parsed.GetValue(folder)!), setting),
                    GateOptions.Read(setting),
                    ComputeDevice.Open(parsed.GetValue(device)!),
                    time,
                    TextWriter.Synchronized(Console.Out)
                );
                await new TrainingWorker(place).RunAsync(parsed.GetValue(untilEmpty), stop);
            }
        );
        return command;
    }

    private static StorageAccount Storage(Func<string, string?> setting)
    {
        try
        {
            return StorageAccount.Open(setting);
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException)
        {
            throw new TrainerException(e is FormatException ? $"AzureWebJobsStorage is no connection string: {e.Message}" : e.Message, e);
        }
    }
}
