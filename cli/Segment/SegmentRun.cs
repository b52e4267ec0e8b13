using RoadSeg.Cli.Stack;
using RoadSeg.Jobs;
using Spectre.Console;

namespace RoadSeg.Cli.Segment;

/// <summary>Segments files through a running stack, several at once, and reports each.</summary>
internal static class SegmentRun
{
    private const int AtOnce = 8;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    /// <returns>0 when every file was segmented, 1 otherwise.</returns>
    public static async Task<int> RunAsync(LocalStack stack, IReadOnlyList<string> files, string folder, IAnsiConsole console, CancellationToken cancel)
    {
        // The more jobs are watched, the less often each: asking must not slow the work down.
        var drop = new PhotoDrop(stack.Blobs, stack.Api, PollInterval * Math.Min(files.Count, AtOnce), TimeProvider.System);
        var ended = new (JobView? Job, Exception? Error)[files.Count];
        await console.Progress().AutoClear(true).StartAsync(async progress =>
        {
            var bar = progress.AddTask("segmenting", maxValue: files.Count);
            await Parallel.ForAsync(0, files.Count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel }, async (i, stop) =>
            {
                try
                {
                    ended[i].Job = await drop.SegmentAsync(files[i], stop);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException or TimeoutException or HttpRequestException)
                {
                    ended[i].Error = e;
                }

                bar.Increment(1);
            });
        });

        var names = Names(files);
        var good = true;
        for (var i = 0; i < files.Count; i++)
        {
            if (ended[i].Job is { State: JobState.Succeeded } job)
            {
                Report.Succeeded(console, files[i], job, await SavedResult.FetchAsync(stack.Api, job, folder, names[i], cancel));
                continue;
            }

            good = false;
            if (ended[i].Job is { } failed)
                Report.Failed(console, files[i], failed);
            else
                console.MarkupLineInterpolated($"[red]{files[i]}[/] {ended[i].Error?.Message}");
        }

        return good ? 0 : 1;
    }

    // Two files of one name in different folders must not overwrite each other's results.
    private static string[] Names(IReadOnlyList<string> files)
    {
        var seen = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        return [.. files.Select(file =>
        {
            var name = Path.GetFileNameWithoutExtension(file);
            seen[name] = seen.GetValueOrDefault(name) + 1;
            return seen[name] == 1 ? name : $"{name}-{seen[name]}";
        })];
    }
}
