using System.Text.Json;
using RoadSeg.Errors;
using RoadSeg.Functions.Jobs;
using RoadSeg.Functions.Results;
using RoadSeg.Jobs;
using RoadSeg.Models;
using RoadSeg.Registry;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Review;

/// <summary>Finds the photos of a caller that are worth a person's look: the model is unsure of them, or a new version saw something
/// else.</summary>
internal sealed class ReviewList(JobList jobs, JobStore store, ResultReader results, ModelRegistry registry, ILogger<ReviewList> log)
{
    private static readonly JobSearch Succeeded = new() { State = JobState.Succeeded };

    private const int MaxRounds = 5;
    private const int ShadowRuns = 3;
    private const int ShadowRunsRead = 24;
    private const double SmallestShare = 0.01;

    /// <summary>A page, newest first.</summary>
    /// <exception cref="RoadSegException">request-invalid: the place to go on from is of no page.</exception>
    public async Task<(IReadOnlyList<ReviewedPhoto> Photos, string? Next)> PageAsync(
        string caller,
        ReviewQuery query,
        CancellationToken cancel
    )
    {
        var disagreements = await DisagreementsAsync(cancel);
        var found = new List<ReviewedPhoto>();
        var shown = new HashSet<string>(StringComparer.Ordinal);
        var after = query.After;
        for (var round = 0; round < MaxRounds && found.Count < query.Limit; round++)
        {
            (var page, after) = await jobs.PageAsync(caller, Succeeded, after, query.Limit - found.Count, cancel);
            var looked = await Task.WhenAll(page.Select(job => LookAsync(job, query, disagreements, cancel)));
            found.AddRange(looked.OfType<ReviewedPhoto>().Where(photo => shown.Add(Sameness(photo))));
            if (after is null)
                break;
        }

        return (found, after);
    }

    /// <summary>Photos that their caller chose, in that order, listed or not. Jobs that are not the caller's or have no result, or none any
    /// more, are left out: one may have gone since it was chosen.</summary>
    /// <param name="caller">Whose.</param>
    /// <param name="chosen">Ids of their jobs.</param>
    /// <param name="cancel">Stops between reads.</param>
    public async Task<IReadOnlyList<ReviewedPhoto>> OfAsync(string caller, IReadOnlyList<WorkId> chosen, CancellationToken cancel)
    {
        var looked = await Task.WhenAll(chosen.Distinct().Select(OneAsync));
        return [.. looked.OfType<ReviewedPhoto>()];

        async Task<ReviewedPhoto?> OneAsync(WorkId id)
        {
            var job = (await store.FindAsync(id, cancel))?.Value;
            return
                job is { State: JobState.Succeeded, ErasedAt: null } && job.Caller == caller && await ReadAsync(job, cancel) is { } summary
                ? new ReviewedPhoto(job, summary, Item(job, summary, [], Confidence(summary), null))
                : null;
        }
    }

    private async Task<ReviewedPhoto?> LookAsync(
        JobRecord job,
        ReviewQuery query,
        Dictionary<WorkId, (double Share, ModelPin Version)> disagreements,
        CancellationToken cancel
    )
    {
        if (query.Reviewed is { } wanted && wanted != (job.Review is not null) || await ReadAsync(job, cancel) is not { } summary)
            return null;
        var confidence = Confidence(summary);
        (double Share, ModelPin Version)? differing = disagreements.TryGetValue(job.Id, out var other) ? other : null;
        var reasons = new List<ReviewReason>();
        if (confidence < query.Below)
            reasons.Add(ReviewReason.Confidence);
        if (differing?.Share > query.Above)
            reasons.Add(ReviewReason.Disagreement);
        return reasons.Count == 0 && query.Reviewed != true
            ? null
            : new ReviewedPhoto(job, summary, Item(job, summary, reasons, confidence, differing));
    }

    private async Task<ResultSummary?> ReadAsync(JobRecord job, CancellationToken cancel)
    {
        try
        {
            return await results.SummaryAsync(job, cancel);
        }
        catch (RoadSegException e) when (e.Code == ErrorCodes.ResultGone)
        {
            return null;
        }
        catch (JsonException e)
        {
            // One that cannot be read hides no other.
            Log.RecordUnreadable(log, $"{Containers.Results}/{job.Id}", e);
            return null;
        }
    }

    private static ReviewItem Item(
        JobRecord job,
        ResultSummary summary,
        IReadOnlyList<ReviewReason> reasons,
        double? confidence,
        (double Share, ModelPin Version)? differing
    )
    {
        var weakest = summary
            .Classes.Where(label => label.Share >= SmallestShare && label.MeanConfidence is not null)
            .MinBy(label => label.MeanConfidence);
        var self = $"/v1/jobs/{job.Id}";
        var links = new Dictionary<string, string>
        {
            ["job"] = self,
            ["mask"] = self + "/mask",
            ["overlay"] = self + "/overlay",
        };
        if (confidence is not null)
            links["confidence"] = self + "/confidence";
        if (job.Review is not null)
            links["review"] = self + "/review";
        var result = job.Result!;
        return new ReviewItem(
            job.Id,
            job.Times.CreatedAt,
            job.Source.FileName,
            new ModelPin(result.Model, result.ModelVersion),
            reasons,
            Rounded(confidence),
            weakest?.Name,
            Rounded(differing?.Share),
            differing?.Version,
            job.Review is not null,
            links
        );
    }

    // Over all pixels: each class's mean counts as often as it has pixels.
    private static double? Confidence(ResultSummary summary)
    {
        var sure = summary.Classes.Where(label => label is { Pixels: > 0, MeanConfidence: not null }).ToList();
        var pixels = sure.Sum(label => label.Pixels);
        return pixels == 0 ? null : sure.Sum(label => label.Pixels * label.MeanConfidence!.Value) / pixels;
    }

    // A photo that was sent twice has one size in bytes and one outcome, to the pixel. What a person made of it is no double of anything.
    private static string Sameness(ReviewedPhoto photo) =>
        $"{photo.Job.Image} {photo.Item.Model} {photo.Job.Review?.Version} "
        + string.Join(',', photo.Summary.Classes.Select(label => $"{label.Id}:{label.Pixels}:{label.MeanConfidence:R}"));

    // A candidate that the gate refused differs because it is worse: its photos say nothing about the live version.
    private async Task<Dictionary<WorkId, (double Share, ModelPin Version)>> DisagreementsAsync(CancellationToken cancel)
    {
        var most = new Dictionary<WorkId, (double Share, ModelPin Version)>();
        await foreach (var name in registry.NamesAsync(cancel))
        {
            var taken = 0;
            foreach (var run in await registry.ShadowRunsAsync(name, ShadowRunsRead, cancel, Unreadable))
            {
                if (taken == ShadowRuns)
                    break;
                if (await IsRefusedAsync(name, run.Version, cancel))
                    continue;
                taken++;
                foreach (var photo in run.Photos)
                {
                    if (!most.TryGetValue(photo.Job, out var known) || photo.Share > known.Share)
                        most[photo.Job] = (photo.Share, new ModelPin(name, run.Version));
                }
            }
        }

        return most;
    }

    private async Task<bool> IsRefusedAsync(string name, string version, CancellationToken cancel)
    {
        try
        {
            return (await registry.FindAsync(name, version, cancel))?.Gate is { Passed: false }
                && (await registry.LiveAsync(name, cancel))?.Value.Version != version;
        }
        catch (JsonException e)
        {
            Unreadable(BlobPaths.ModelVersion(name, version), e);
            return true;
        }
    }

    private void Unreadable(string path, JsonException e) => Log.RecordUnreadable(log, $"{Containers.Models}/{path}", e);

    private static double? Rounded(double? value) => value is { } one ? Math.Round(one, 4) : null;
}
