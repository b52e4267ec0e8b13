using System.CommandLine;
using RoadSeg.Cli.Service;

namespace RoadSeg.Cli.Review;

/// <summary><c>roadseg review delete ID</c>: takes a reviewed mask back.</summary>
internal static class ReviewDeleteCommand
{
    public static Command Create()
    {
        var id = ServiceOptions.Id();
        var command = new Command("delete", "Takes a job's reviewed mask back: the model's own counts again.")
        {
            id,
            ServiceOptions.Server,
            ServiceOptions.Key,
        };
        command.SetAction(
            async (parsed, cancel) =>
            {
                using var service = await ServiceConnection.OpenAsync(parsed, cancel);
                await service.Client.DeleteReviewAsync(parsed.GetRequiredValue(id), cancel);
                Screen.Note($"{parsed.GetRequiredValue(id)}  reviewed mask taken back");
                return 0;
            }
        );
        return command;
    }
}
