using System.CommandLine;
using RoadSeg.Cli.Service;
using RoadSeg.Trainings;
using RoadSeg.Work;

namespace RoadSeg.Cli.Trainings;

/// <summary><c>roadseg trainings</c>: the training runs of a running service.</summary>
internal static class TrainingsCommand
{
    public static Command Create() =>
        new("trainings", "Starts, shows and cancels training runs of a running service. './roadseg work' takes them.")
        {
            TrainingsListCommand.Create(),
            One("show", "Shows a run: state, progress, and what the gate found.", static (service, id, cancel) =>
                service.Client.GetTrainingAsync(id, cancel)
            ),
            TrainingsStartCommand.Create(),
            One("cancel", "Cancels a run. One that has ended is left as it is, which is no error.", static (service, id, cancel) =>
                service.Client.CancelTrainingAsync(id, cancel)
            ),
        };

    private static Command One(string name, string description, Func<ServiceConnection, WorkId, CancellationToken, Task<TrainingView>> call)
    {
        var id = ServiceOptions.Id();
        id.Description = "Id of the run.";
        var command = new Command(name, description) { id, ServiceOptions.Json, ServiceOptions.Server, ServiceOptions.Key };
        command.SetAction(
            async (parsed, cancel) =>
            {
                using var service = await ServiceConnection.OpenAsync(parsed, cancel);
                TrainingReport.Write(await call(service, parsed.GetRequiredValue(id), cancel), parsed.GetValue(ServiceOptions.Json));
                return 0;
            }
        );
        return command;
    }
}
