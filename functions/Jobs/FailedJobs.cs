using RoadSeg.Errors;
using RoadSeg.Jobs;

namespace RoadSeg.Functions.Jobs;

internal static class FailedJobs
{
    /// <summary>Ends a job with the exception's code, unless the guard says that it is no longer the caller's.</summary>
    public static async Task FailAsync(
        this JobStore jobs, JobId id, RoadSegException reason, Func<JobRecord, bool> guard, ILogger log, CancellationToken cancel)
    {
        var move = await jobs.TryMoveAsync(id, JobState.Failed, record => record.State.IsTerminal() || !guard(record) ? null : record with
        {
            Failure = new JobFailure(reason.Code.Code, reason.Message, reason.Code.Retryable),
        }, cancel);
        if (move.Moved)
            Log.JobFailed(log, id, reason.Code.Code, reason.ToString());
    }
}
