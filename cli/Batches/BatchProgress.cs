using System.Globalization;
using RoadSeg.Batches;
using RoadSeg.Cli.Service;
using RoadSeg.Client;
using RoadSeg.Work;

namespace RoadSeg.Cli.Batches;

/// <summary>Follows a batch while a line says how far it is.</summary>
internal static class BatchProgress
{
    /// <summary>Waits for the end of a batch, and of its archives where those are asked for.</summary>
    public static async Task<BatchView> FollowAsync(RoadSegClient client, WorkId id, bool archives, CancellationToken cancel)
    {
        BatchView? ended = null;
        await Screen.WatchAsync(1, async board =>
            ended = await client.WaitForBatchAsync(id, new Reporter(view => board.Tell(view.Progress, Line(view))), archives, cancel)
        );
        return ended!;
    }

    /// <summary>A batch in a line: <c>running: 812 of 1000, 3 failed, about 40 s</c>.</summary>
    public static string Line(BatchView batch)
    {
        var line = $"{batch.State.ToString().ToLowerInvariant()}";
        if (batch.State == BatchState.Listing)
            return $"{line}: {batch.Total} photos so far";
        if (batch.Failure is { } failure)
            return $"{line}: {failure.Code}: {failure.Message}";
        if (batch.Counts is { } counts)
            line +=
                $": {batch.Total - counts.Waiting - counts.UnderWay} of {batch.Total}"
                + (counts.Failed > 0 ? $", {counts.Failed} failed" : "")
                + (counts.Canceled > 0 ? $", {counts.Canceled} canceled" : "");
        return batch.EstimatedSeconds is { } left
            ? line + string.Create(CultureInfo.InvariantCulture, $", about {TimeSpan.FromSeconds(left):c}")
            : line;
    }

    // Not Progress<T>, whose reports overtake each other.
    private sealed class Reporter(Action<BatchView> report) : IProgress<BatchView>
    {
        public void Report(BatchView value) => report(value);
    }
}
