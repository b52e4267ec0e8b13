using RoadSeg.Errors;
using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Functions.Jobs;

/// <summary>Admission of requests that may have been sent before: what was let in is not refused when it is asked for again.</summary>
internal sealed class KeyedAdmission(Admission admission, IdempotencyKeys keys, JobStore jobs)
{
    /// <summary>Admits one job of a caller.</summary>
    /// <param name="caller">Whose job it is.</param>
    /// <param name="key">The request's Idempotency-Key; null when it has none.</param>
    /// <param name="digest">Digest of the request. Read only with a key.</param>
    /// <param name="cancel">Stops the call.</param>
    /// <returns>The lane for it; of a job that the key made before, the lane it is in.</returns>
    /// <exception cref="RoadSegException">too-many-jobs, queue-full or idempotency-conflict.</exception>
    public async Task<WorkLane> AdmitAsync(string caller, string? key, string digest, CancellationToken cancel)
    {
        try
        {
            return await admission.AdmitAsync(caller, cancel);
        }
        catch (RoadSegException) when (key is not null)
        {
            // Looked up here alone: while there is room, claiming the key shows as much.
            if (await keys.FindAsync(caller, key, digest, cancel) is { } first && await jobs.FindAsync(first, cancel) is { } earlier)
                return earlier.Value.Lane;
            throw;
        }
    }
}
