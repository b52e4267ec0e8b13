using RoadSeg.Batches;
using RoadSeg.Clips;
using RoadSeg.Functions.Results;
using RoadSeg.Jobs;
using RoadSeg.Labels;

namespace RoadSeg.Functions.Batches;

/// <summary>Timelines of the videos of batches, made of what their manifests say when they are asked for: also before the end.</summary>
internal sealed class BatchTimelines(BatchTallies tallies, BatchManifests manifests, JobStore jobs, ResultReader results)
{
    /// <summary>The timeline of a batch whose frames were taken. Frames that were erased are not in it.</summary>
    public async Task<Timeline> OfAsync(BatchRecord batch, CancellationToken cancel)
    {
        var tally = await tallies.OfAsync(batch, cancel);
        var frames = new List<BatchItemView>();
        for (var list = 0; list < BatchItems.Lists(batch.Total); list++)
            frames.AddRange((await manifests.PartAsync(batch, tally, list, cancel)).Where(static frame => frame.Seconds is not null));
        var summary = await SummaryAsync(frames, cancel);
        List<LabelClass> classes = summary is null ? [] : [.. summary.Catalogue().Classes];
        return new Timeline
        {
            FileName = batch.Source.Clip!.Name,
            Clip = batch.Clip!.Facts,
            EverySeconds = batch.Source.Clip.EverySeconds,
            Model = summary?.Model.Model,
            ModelVersion = summary?.Model.ModelVersion,
            Classes = classes,
            Frames = [.. frames.Select(frame => Of(frame, classes))],
            Findings = batch.Clip.Findings,
        };
    }

    private static TimelineFrame Of(BatchItemView frame, List<LabelClass> classes) =>
        new(
            frame.Index,
            frame.Seconds!.Value,
            frame.State,
            frame.Code,
            frame.Job,
            frame.Shares is { } shares ? [.. classes.Select(label => Math.Round(shares.GetValueOrDefault(label.Name), 6))] : null,
            frame.Captured
        );

    // Which classes there are is said by the first summary that is kept.
    private async Task<ResultSummary?> SummaryAsync(List<BatchItemView> frames, CancellationToken cancel)
    {
        foreach (var frame in frames.Where(static frame => frame.Shares is not null))
        {
            if ((await jobs.FindAsync(frame.Job!.Value, cancel))?.Value is not { State: JobState.Succeeded, ErasedAt: null } job)
                continue;
            try
            {
                return await results.SummaryAsync(job, cancel);
            }
            catch (Errors.RoadSegException e) when (e.Code == Errors.ErrorCodes.ResultGone) { }
        }

        return null;
    }
}
