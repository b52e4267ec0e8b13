using RoadSeg.Errors;
using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Functions.Jobs;

/// <summary>Jobs by the ids that callers send.</summary>
internal static class OwnJobs
{
    /// <summary>The job with the id in a path, if it is the caller's.</summary>
    /// <exception cref="RoadSegException">job-not-found, for text that is no id and for another caller's job too.</exception>
    public static Task<Stored<JobRecord>> GetAsync(this JobStore jobs, string caller, string id, CancellationToken cancel) =>
        FindAsync(jobs.FindAsync, caller, id, cancel);

    /// <summary>The same by another way to find one.</summary>
    public static async Task<Stored<JobRecord>> FindAsync(
        Func<WorkId, CancellationToken, Task<Stored<JobRecord>?>> find,
        string caller,
        string id,
        CancellationToken cancel
    ) => await EvenErasedAsync(find, caller, id, cancel) is { Value.ErasedAt: null } job ? job : throw NotFound();

    /// <summary>The same, also of one that was erased.</summary>
    public static async Task<Stored<JobRecord>> EvenErasedAsync(
        Func<WorkId, CancellationToken, Task<Stored<JobRecord>?>> find,
        string caller,
        string id,
        CancellationToken cancel
    )
    {
        var found = WorkId.TryParse(id, out var parsed) ? await find(parsed, cancel) : null;
        return found?.Value.Caller == caller ? found : throw NotFound();
    }

    private static RoadSegException NotFound() =>
        new(ErrorCodes.JobNotFound, "You have no job of this id. Take the id from the answer to the submission.");
}
