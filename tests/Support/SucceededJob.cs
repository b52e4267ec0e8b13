using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Tests;

/// <summary>A job that has succeeded, where what its result is does not matter: no file of it is stored.</summary>
public static class SucceededJob
{
    private static readonly JobState[] Way = [JobState.Received, JobState.Queued, JobState.Running, JobState.Succeeded];

    /// <summary>Stores the record of a new one, moved through its states.</summary>
    public static async Task<WorkId> CreateAsync(JobStore jobs)
    {
        var cancel = TestContext.Current.CancellationToken;
        var id = WorkId.New(TimeProvider.System);
        await jobs.CreateAsync(
            new JobRecord
            {
                Id = id,
                State = JobState.AwaitingUpload,
                Source = new JobSource(Containers.Uploads, BlobPaths.Upload(id), null, "a.jpg"),
                Times = new JobTimes { CreatedAt = TimeProvider.System.GetUtcNow() },
            },
            cancel);
        foreach (var state in Way)
            await jobs.TryMoveAsync(id, state, WithResult, cancel);
        return id;
    }

    private static JobRecord WithResult(JobRecord job) => job with
    {
        Attempt = 1,
        Image = new JobImage("jpeg", 640, 480, 1, 8),
        Result = new JobResult(1, "tiny", "1", new string('0', 64), "cpu"),
    };
}
