using RoadSeg.Errors;
using RoadSeg.Functions.Api;
using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Functions.Jobs;

/// <summary>Lists a caller's jobs, newest first.</summary>
internal sealed class JobList(JobPages pages, JobStore jobs, ILogger<JobList> log)
{
    private const int MaxRounds = 10;

    /// <summary>A page of records.</summary>
    /// <param name="caller">Whose.</param>
    /// <param name="state">Only these; all when null.</param>
    /// <param name="after">Where the page before ended; null for the first.</param>
    /// <param name="limit">At most so many. Few matches in a long list end the page early, with a place to go on from.</param>
    /// <param name="cancel">Stops between reads.</param>
    /// <exception cref="RoadSegException">request-invalid: <paramref name="after"/> is from no page.</exception>
    public async Task<(IReadOnlyList<JobRecord> Jobs, string? Next)> PageAsync(
        string caller,
        JobState? state,
        string? after,
        int limit,
        CancellationToken cancel
    )
    {
        var found = new List<JobRecord>();
        for (var round = 0; round < MaxRounds && found.Count < limit; round++)
        {
            (var names, after) = await pages.PageAsync(caller, after, limit - found.Count, cancel);
            var read = await Task.WhenAll(names.Select(name => IndexPages.ReadAsync(name, id => jobs.FindAsync(id, cancel), log)));
            var own = read.OfType<Stored<JobRecord>>().Select(job => job.Value).Where(job => job.Caller == caller);
            found.AddRange(own.Where(job => state is null || job.State == state));
            if (after is null)
                break;
        }

        return (found, after);
    }
}
