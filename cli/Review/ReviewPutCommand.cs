using System.CommandLine;
using RoadSeg.Cli.Service;
using RoadSeg.Jobs;

namespace RoadSeg.Cli.Review;

/// <summary><c>roadseg review put ID MASK.png</c>: saves a job's mask as a person corrected it.</summary>
internal static class ReviewPutCommand
{
    private static readonly Argument<FileInfo> Mask = new Argument<FileInfo>("mask")
    {
        Description =
            "PNG of class ids at the photo's own size, upright: 8-bit grey, or with the palette of 'get ID mask'; 255 is unknown.",
    }.AcceptExistingOnly();

    private static readonly Option<string?> By = new("--by")
    {
        Description = "Who reviewed it, shown with it. Default: the caller's name.",
        HelpName = "name",
    };

    private static readonly Option<string?> Replaces = new("--replaces")
    {
        Description =
            "Version of the reviewed mask that this one replaces ('get ID' shows it), or * for whichever. Default: there is none.",
        HelpName = "version",
    };

    public static Command Create()
    {
        var id = ServiceOptions.Id();
        var command = new Command("put", "Saves a job's mask as a person corrected it: exports take it instead of the model's.")
        {
            id,
            Mask,
            By,
            Replaces,
            ServiceOptions.Json,
            ServiceOptions.Server,
            ServiceOptions.Key,
        };
        command.SetAction(
            async (parsed, cancel) =>
            {
                using var service = await ServiceConnection.OpenAsync(parsed, cancel);
                var job = await service.Client.PutReviewAsync(
                    parsed.GetRequiredValue(id),
                    await File.ReadAllBytesAsync(parsed.GetRequiredValue(Mask).FullName, cancel),
                    parsed.GetValue(Replaces),
                    parsed.GetValue(By),
                    cancel
                );
                if (parsed.GetValue(ServiceOptions.Json))
                    Screen.Json(job, JobJson.Default.JobView);
                else
                    Screen.Note($"saved by {job.Review!.By}: {job.Review.Changed:N0} pixels changed, version {job.Review.Version}");
                return 0;
            }
        );
        return command;
    }
}
