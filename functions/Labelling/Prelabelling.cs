using RoadSeg.Errors;
using RoadSeg.Functions.Jobs;
using RoadSeg.Functions.Submissions;
using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Functions.Labelling;

/// <summary>A photo of a labelling tool is an ordinary job of the caller's, which the call waits for: limits, fairness, retention and
/// review are those of all jobs.</summary>
internal sealed class Prelabelling(JobSubmission submission, Admission admission, JobStore jobs, JobWatch watch)
{
    /// <summary>Starts the job of a photo. The caller has made room for its bytes, and may let them go afterwards.</summary>
    /// <exception cref="RoadSegException">As for any submission.</exception>
    public async Task<Stored<JobRecord>> SubmitAsync(string caller, SubmittedImage photo, CancellationToken cancel) =>
        await submission.SubmitAsync(photo, caller, await admission.AdmitAsync(caller, cancel), null, cancel);

    /// <summary>Waits until a job has ended. One that nobody waits for any longer is canceled: the tool asks for its photo anew.</summary>
    /// <exception cref="RoadSegException">What the job failed with, deadline-exceeded, or result-not-ready where somebody canceled
    /// it.</exception>
    public async Task<JobRecord> ResultAsync(Stored<JobRecord> job, TimeSpan patience, CancellationToken cancel)
    {
        try
        {
            job = await watch.UntilAsync(job, static now => now.Value.State.IsTerminal(), patience, cancel);
        }
        finally
        {
            if (!job.Value.State.IsTerminal())
                await jobs.TryMoveAsync(
                    job.Value.Id,
                    JobState.Canceled,
                    static record => record.State.IsTerminal() ? null : record,
                    CancellationToken.None
                );
        }

        return job.Value switch
        {
            { State: JobState.Succeeded } succeeded => succeeded,
            { Failure: { } failure } => throw new RoadSegException(ErrorCodes.Parse(failure.Code), failure.Message),
            { State: var state } when state.IsTerminal() => throw new RoadSegException(
                ErrorCodes.ResultNotReady,
                $"The job {job.Value.Id} of this photo was canceled before it had a result."
            ),
            _ => throw new RoadSegException(
                ErrorCodes.DeadlineExceeded,
                "The photo was not segmented in the time that a labelling tool waits: other photos are before it, or the model is not "
                    + "ready. Ask again later, or for fewer photos at once."
            ),
        };
    }
}
