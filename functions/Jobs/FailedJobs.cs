using RoadSeg.Errors;
using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Functions.Jobs;

internal static class FailedJobs
{
    /// <summary>Why what came to a poison queue ends.</summary>
    public static readonly RoadSegException Exhausted = new(
        ErrorCodes.AttemptsExhausted,
        "Processing failed repeatedly. Submit the photo again; if it fails again, the service's log says why."
    );

    /// <summary>Ends a job with the exception's code, unless the guard says that it is no longer the caller's.</summary>
    public static async Task FailAsync(
        this JobStore jobs,
        WorkId id,
        RoadSegException reason,
        Func<JobRecord, bool> guard,
        ILogger log,
        CancellationToken cancel
    )
    {
        var move = await jobs.TryFailAsync(id, reason, guard, cancel);
        if (move.Done)
            Log.JobFailed(log, id, reason.Code.Code, reason.ToString());
    }
}
