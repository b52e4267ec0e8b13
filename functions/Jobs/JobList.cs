using System.Text;
using Azure;
using Azure.Storage.Blobs;
using RoadSeg.Errors;
using RoadSeg.Jobs;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Jobs;

/// <summary>Lists a caller's jobs from the index, newest first.</summary>
internal sealed class JobList(BlobServiceClient blobs, JobStore jobs)
{
    private const int MaxRounds = 10;
    private const int IdLength = 26;
    private readonly BlobContainerClient _index = blobs.GetBlobContainerClient(Containers.JobsIndex);

    /// <summary>A page of records.</summary>
    /// <param name="caller">Whose.</param>
    /// <param name="state">Only these; all when null.</param>
    /// <param name="after">Where the page before ended; null for the first.</param>
    /// <param name="limit">At most so many. Few matches in a long list end the page early, with a place to go on from.</param>
    /// <param name="cancel">Stops between reads.</param>
    /// <exception cref="RoadSegException">request-invalid: <paramref name="after"/> is from no page.</exception>
    public async Task<(IReadOnlyList<JobRecord> Jobs, string? Next)> PageAsync(string caller, JobState? state, string? after, int limit, CancellationToken cancel)
    {
        var found = new List<JobRecord>();
        var token = after is null ? null : Decode(after);
        for (var round = 0; round < MaxRounds && found.Count < limit; round++)
        {
            var page = await ListAsync(caller, token, limit - found.Count, cancel);
            var read = await Task.WhenAll(page.Values.Select(async entry => JobId.TryParse(entry.Name[^IdLength..], out var id) ? await jobs.FindAsync(id, cancel) : null));
            found.AddRange(read.OfType<JobSnapshot>().Select(job => job.Record).Where(job => state is null || job.State == state));
            if (string.IsNullOrEmpty(token = page.ContinuationToken))
                return (found, null);
        }

        return (found, Convert.ToBase64String(Encoding.UTF8.GetBytes(token!)).TrimEnd('=').Replace('+', '-').Replace('/', '_'));
    }

    private async Task<Page<Azure.Storage.Blobs.Models.BlobItem>> ListAsync(string caller, string? token, int count, CancellationToken cancel)
    {
        try
        {
            await foreach (var page in _index.GetBlobsAsync(prefix: BlobPaths.IndexedJobs(caller), cancellationToken: cancel).AsPages(token, count))
                return page;
            throw new InvalidOperationException("A listing has at least one page.");
        }
        catch (RequestFailedException e) when (e.Status == 400 && token is not null)
        {
            throw Foreign(e);
        }
    }

    private static string Decode(string after)
    {
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(after.Replace('-', '+').Replace('_', '/').PadRight((after.Length + 3) / 4 * 4, '=')));
        }
        catch (FormatException e)
        {
            throw Foreign(e);
        }
    }

    private static RoadSegException Foreign(Exception inner) => new(ErrorCodes.RequestInvalid, "The parameter 'after' is the 'next' of a page, unchanged.", inner);
}
