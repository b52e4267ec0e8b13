using System.Text.Json;
using Microsoft.Extensions.Primitives;
using RoadSeg.Errors;
using RoadSeg.Functions.Api;
using RoadSeg.Functions.Fairness;
using RoadSeg.Functions.Jobs;
using RoadSeg.Functions.Results;
using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Functions.Labelling.LabelStudio;

/// <summary>Predicts the tasks of a call, in their order and a few at a time.</summary>
internal sealed class LabelStudioPredictions(
    LabelStudioPhotos photos,
    Prelabelling prelabelling,
    ResultReader results,
    RequestBodies bodies,
    LabellingOptions options,
    TimeProvider time,
    ILogger<LabelStudioPredictions> log
)
{
    // Four photos of a caller, as they came and as they are held against each other, are within what a caller may send at once.
    private const int AtOnce = 4;

    /// <summary>Predicts tasks. What is not done when the tool stops waiting has failed with deadline-exceeded: the tool asks for it
    /// again.</summary>
    /// <returns>Of each task, in their order.</returns>
    public async Task<IReadOnlyList<TaskOutcome>> PredictAsync(
        LabelStudioCall call,
        IReadOnlyList<LabelStudioTask> tasks,
        LabelConfig config,
        string caller,
        CancellationToken cancel
    )
    {
        var deadline = time.GetUtcNow() + options.Patience;
        var part = "label-studio-" + KeyNames.HashOf(call.LabelConfig!);
        var outcomes = new TaskOutcome[tasks.Count];
        var pace = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel };
        await Parallel.ForEachAsync(Enumerable.Range(0, tasks.Count), pace, async (i, stop) =>
        {
            try
            {
                var left = deadline - time.GetUtcNow();
                if (left <= TimeSpan.Zero)
                    throw new RoadSegException(
                        ErrorCodes.DeadlineExceeded,
                        "The tasks before this one took all the time that a call may take. Ask for its prediction again."
                    );
                var job = await SubmitAsync(tasks[i], call, config, caller, stop);
                var ended = await prelabelling.ResultAsync(job, deadline - time.GetUtcNow(), stop);
                outcomes[i] = new TaskOutcome(
                    await MaskObjects.MakeAsync(results, ended, part, mask => LabelStudioPrediction.Write(mask, config), stop),
                    null
                );
            }
            catch (RoadSegException e)
            {
                Log.TaskFailed(log, Id(tasks[i]), call.ProjectName, e.Message);
                outcomes[i] = new TaskOutcome(default, e);
            }
        });
        return outcomes;
    }

    private async Task<Stored<JobRecord>> SubmitAsync(
        LabelStudioTask task,
        LabelStudioCall call,
        LabelConfig config,
        string caller,
        CancellationToken cancel
    )
    {
        if (LabelStudioCall.Text(task.Data?.GetValueOrDefault(config.DataKey) ?? default) is not { } value)
            throw new RoadSegException(
                ErrorCodes.RequestInvalid,
                $"The task's data names no photo: the labelling configuration takes it from '{config.DataKey}'."
            );
        using var room = bodies.Take(caller, SubmittedImage.MaxBodyBytes);
        var photo = await photos.GetAsync(value, Id(task), call.Params?.Hostname, cancel);
        string[] tags = ["tool:label-studio", $"task:{Id(task)}", $"project:{LabelStudioCall.Shown(call.Project).Split('.')[0]}"];
        KeyValuePair<string, StringValues>[] said = [new("tag", tags)];
        return await prelabelling.SubmitAsync(caller, new SubmittedImage(photo, FileName(value), said), cancel);
    }

    private static string Id(LabelStudioTask task) => LabelStudioCall.Shown(task.Id);

    // What people know the photo by: the last part of its path, or of the path in the query of local files.
    private static string? FileName(string value)
    {
        if (value.StartsWith("data:", StringComparison.OrdinalIgnoreCase))
            return null;
        var at = value.IndexOf("?d=", StringComparison.Ordinal);
        var path = at < 0 ? value.Split('?', '#')[0] : value[(at + "?d=".Length)..];
        return SubmittedImage.Shown(Uri.UnescapeDataString(path[(path.LastIndexOf('/') + 1)..]));
    }
}
