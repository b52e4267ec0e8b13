using System.Collections.Concurrent;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using RoadSeg.Errors;
using RoadSeg.Functions.Work;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Jobs;

/// <summary>Decides whether a job may come in, and into which lane. Counts are at most a few seconds old and are refreshed
/// behind the answer, so that a refusal is quick however much waits.</summary>
internal sealed class Admission(BlobServiceClient blobs, QueueGauge gauge, WorkOptions options, TimeProvider time)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);
    private const int MaxCallersKept = 10_000;

    private readonly BlobContainerClient _active = blobs.GetBlobContainerClient(Containers.JobsActive);
    private readonly ConcurrentDictionary<string, Load> _loads = new(StringComparer.Ordinal);

    /// <summary>Admits one job of a caller.</summary>
    /// <exception cref="RoadSegException">too-many-jobs or queue-full.</exception>
    public async Task<WorkLane> AdmitAsync(string caller, CancellationToken cancel)
    {
        var waiting = await gauge.DepthAsync(cancel);
        if (waiting >= options.MaxQueued)
            throw new RoadSegException(ErrorCodes.QueueFull, $"{waiting} jobs wait already. Try again when Retry-After has passed.");
        var live = await LiveAsync(caller, cancel);
        if (live.Count >= options.MaxLiveJobs)
            throw new RoadSegException(
                ErrorCodes.TooManyJobs,
                $"You have {options.MaxLiveJobs} jobs that have not ended; no more are taken until some have."
            );
        return Lane(live);
    }

    /// <summary>The lane for a photo that is there already and is not refused: a bare drop.</summary>
    public async Task<WorkLane> LaneAsync(string caller, CancellationToken cancel) => Lane(await LiveAsync(caller, cancel));

    private WorkLane Lane(Load load)
    {
        Interlocked.Increment(ref load.Admitted);
        return load.Count > options.InteractiveJobs ? WorkLane.Bulk : WorkLane.Interactive;
    }

    private async Task<Load> LiveAsync(string caller, CancellationToken cancel)
    {
        if (_loads.Count > MaxCallersKept)
            _loads.Clear();
        var load = _loads.GetOrAdd(caller, static _ => new Load());
        Task refresh;
        lock (load)
        {
            if (time.GetUtcNow() - load.At < Fresh)
                return load;
            if (load.Refresh.IsCompleted)
            {
                // What is admitted from here on may be in the listing or not: it is counted on top until the next one.
                var admitted = Interlocked.Read(ref load.Admitted);
                load.Refresh = Task.Run(() => RefreshAsync(caller, load, admitted), CancellationToken.None);
            }

            refresh = load.Refresh;
        }

        // All who come before the first count wait for it.
        if (load.At == DateTimeOffset.MinValue)
            await refresh.WaitAsync(cancel);
        return load;
    }

    private async Task RefreshAsync(string caller, Load load, long admitted)
    {
        try
        {
            long count = 0;
            await foreach (
                var page in _active.GetBlobsAsync(BlobTraits.None, BlobStates.None, BlobPaths.ActiveJobs(caller), default).AsPages()
            )
            {
                count += page.Values.Count;
                if (count >= options.MaxLiveJobs)
                    break;
            }

            load.Listed = count - admitted;
            load.At = time.GetUtcNow();
        }
#pragma warning disable CA1031 // Runs behind an answer that was given: the next one tries again with the count it has.
        catch (Exception) when (load.At != DateTimeOffset.MinValue)
#pragma warning restore CA1031
        { }
    }

    private sealed class Load
    {
        public long Listed;
        public long Admitted;
        public Task Refresh = Task.CompletedTask;
        public DateTimeOffset At = DateTimeOffset.MinValue;

        public long Count => Listed + Admitted;
    }
}
