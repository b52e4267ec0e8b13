using RoadSeg.Errors;
using RoadSeg.Functions.Api;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Jobs;

/// <summary>Lists a caller's jobs, newest first.</summary>
internal sealed class JobList(JobPages pages, JobStore jobs, ILogger<JobList> log)
{
    private const int MaxRounds = 10;
    private const int ReadAtOnce = 100;

    // A job is made a moment after its id; one whose first request died is made by the next with the same key.
    private static readonly TimeSpan Made = TimeSpan.FromMinutes(10);

    /// <summary>A page of records.</summary>
    /// <param name="caller">Whose.</param>
    /// <param name="search">Which of them.</param>
    /// <param name="after">Where the page before ended; null for the first.</param>
    /// <param name="limit">At most so many. Few matches in a long list end the page early, with a place to go on from.</param>
    /// <param name="cancel">Stops between reads.</param>
    /// <exception cref="RoadSegException">request-invalid: <paramref name="after"/> is from no page.</exception>
    public async Task<(IReadOnlyList<JobRecord> Jobs, string? Next)> PageAsync(
        string caller,
        JobSearch search,
        string? after,
        int limit,
        CancellationToken cancel
    )
    {
        var found = new List<JobRecord>();
        for (var round = 0; round < MaxRounds; round++)
        {
            var page = await pages.PageAsync(caller, after, search.IsSelective ? ReadAtOnce : limit - found.Count, cancel);
            var read = await Task.WhenAll(page.Names.Select(name => ReadAsync(name, search, cancel)));
            foreach (var (name, job) in page.Names.Zip(read))
            {
                // All that follow are older.
                if (BlobPaths.TimeOf(name) + Made < search.Since)
                    return (found, null);
                if (job is not { Value: { ErasedAt: null } record } || record.Caller != caller || !search.Matches(record))
                    continue;
                found.Add(record);
                if (found.Count == limit)
                    return (found, page.After(name));
            }

            after = page.Next;
            if (after is null)
                break;
        }

        return (found, after);
    }

    // What was made too late or too early is known by its name.
    private async Task<Stored<JobRecord>?> ReadAsync(string name, JobSearch search, CancellationToken cancel)
    {
        var made = BlobPaths.TimeOf(name);
        return made + Made < search.Since || made >= search.Until
            ? null
            : await IndexPages.ReadAsync(name, id => jobs.FindAsync(id, cancel), log);
    }
}
