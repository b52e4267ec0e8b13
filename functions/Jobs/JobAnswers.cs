using RoadSeg.Functions.Api;
using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Functions.Jobs;

/// <summary>The answer of every call that shows one job.</summary>
internal static class JobAnswers
{
    /// <summary>The view of a job as an answer. Its ETag changes with the record and with the place in the queue.</summary>
    public static async Task<IResult> AnswerAsync(HttpContext context, Stored<JobRecord> job, QueueGauge gauge, int status)
    {
        var place = await gauge.PlaceAsync(job.Value, context.RequestAborted);
        double? retry = job.Value.State.IsTerminal() ? null : Math.Clamp(Math.Ceiling(place?.EstimatedSeconds ?? 1), 1, 30);
        return Revalidation.Answer(
            context,
            $"{Version(job)}{(place is null ? "" : "-")}{place?.Position}",
            retry,
            () => JobView.Of(job.Value, place),
            JobJson.Plain.JobView,
            status
        );
    }

    /// <summary>What the ETag of every answer of a record begins with.</summary>
    public static string Version(Stored<JobRecord> job) => job.ETag.ToString().Trim('"');
}
