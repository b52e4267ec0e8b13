using System.Text.Json;
using System.Text.Json.Nodes;
using RoadSeg.Cli.Service;
using RoadSeg.Client;
using RoadSeg.Jobs;
using Spectre.Console;

namespace RoadSeg.Cli.Segment;

/// <summary>Sends a photo in and follows its job to the end; <paramref name="board"/> shows where <paramref name="part"/> stands.</summary>
internal delegate Task<JobView> Segmentation(string file, StageBoard board, int part, CancellationToken cancel);

/// <summary>Segments files through a running service, several at once, saves the results and reports each.</summary>
internal static class SegmentRun
{
    private const int AtOnce = 8;

    /// <returns>0 when every file was segmented, 1 otherwise.</returns>
    public static async Task<int> RunAsync(
        RoadSegClient client,
        IReadOnlyList<string> files,
        Segmentation segment,
        string folder,
        MinConfidence? least,
        bool json,
        CancellationToken cancel
    )
    {
        var names = ResultNames.Of(files);
        var ended = await Batch.RunAsync(
            files.Count,
            AtOnce,
            async (i, board, stop) =>
            {
                var job = await segment(files[i], board, i, stop);
                return (
                    job,
                    job.State == JobState.Succeeded ? await SavedResult.FetchAsync(client, job, folder, names[i], least, stop) : null
                ).ToTuple();
            },
            cancel
        );
        for (var i = 0; i < files.Count; i++)
        {
            if (json)
                Screen.Json(Line(files[i], ended[i]));
            else
                Show(files[i], ended[i]);
        }

        return ended.All(outcome => outcome.Value?.Item2 is not null) ? 0 : 1;
    }

    private static void Show(string file, Outcome<Tuple<JobView, SavedResult?>> ended)
    {
        if (ended.Value is not var (job, saved))
            Screen.Note($"{file}: {ended.Failure!.Message}");
        else if (saved is null)
            Report.Failed(AnsiConsole.Console, file, job);
        else
            Report.Succeeded(AnsiConsole.Console, file, saved);
    }

    private static JsonObject Line(string file, Outcome<Tuple<JobView, SavedResult?>> ended)
    {
        var line = new JsonObject { ["file"] = file };
        if (ended.Failure is { } failure)
            line["error"] = Screen.Describe(failure);
        if (ended.Value is var (job, saved))
        {
            line["job"] = JsonSerializer.SerializeToNode(job, JobJson.Default.JobView);
            if (saved is not null)
                line["results"] = new JsonObject(saved.Files.Select(part => KeyValuePair.Create(part.Key, (JsonNode?)part.Value)));
        }

        return line;
    }
}
