using System.Collections.Concurrent;
using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Functions.Jobs;

/// <summary>Job records for those who poll: what this process read or wrote a moment ago is not read again. What it wrote itself shows at
/// once; what another process wrote shows within a quarter of a second, and within five seconds on a job that has ended, of which only the
/// deliveries of its webhook and its reviewed mask change, or that is erased. For answers alone: what changes a record reads the record.</summary>
internal sealed class RecentJobs : IDisposable
{
    private const int Most = 4096;
    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan FreshEnded = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<WorkId, Reading> _jobs = new();
    private readonly JobStore _store;
    private readonly TimeProvider _time;

    public RecentJobs(JobStore store, TimeProvider time)
    {
        _store = store;
        _time = time;
        store.Written += Remember;
    }

    /// <summary>The job; null when there is none. At most one read of storage.</summary>
    public async Task<Stored<JobRecord>?> FindAsync(WorkId id, CancellationToken cancel)
    {
        while (true)
        {
            if (_jobs.TryGetValue(id, out var known) && IsFresh(known))
                return await known.Job.Value.WaitAsync(cancel);
            var reading = new Reading(_time.GetTimestamp(), new Lazy<Task<Stored<JobRecord>?>>(() => ReadAsync(id)));
            if (known is null ? _jobs.TryAdd(id, reading) : _jobs.TryUpdate(id, reading, known))
            {
                MakeRoom();
                return await reading.Job.Value.WaitAsync(cancel);
            }
        }
    }

    public void Dispose() => _store.Written -= Remember;

    // Shared by all who ask meanwhile, so that none of them may cancel it. What was not found, or failed, is nothing to remember.
    private async Task<Stored<JobRecord>?> ReadAsync(WorkId id)
    {
        Stored<JobRecord>? job = null;
        try
        {
            return job = await _store.FindAsync(id, CancellationToken.None);
        }
        finally
        {
            if (job is null)
                _jobs.TryRemove(id, out _);
        }
    }

    // A read that takes long is waited for by everybody: asking again would make it longer.
    private bool IsFresh(Reading reading) =>
        !reading.Job.IsValueCreated
        || !reading.Job.Value.IsCompleted
        || _time.GetElapsedTime(reading.At)
            < (
                reading.Job.Value is { IsCompletedSuccessfully: true, Result.Value: var job } && job.State.IsTerminal() ? FreshEnded : Fresh
            );

    private void Remember(Stored<JobRecord> written)
    {
        // Whom nobody asks about is not kept.
        var reading = new Reading(_time.GetTimestamp(), new Lazy<Task<Stored<JobRecord>?>>(Task.FromResult<Stored<JobRecord>?>(written)));
        while (_jobs.TryGetValue(written.Value.Id, out var known) && !_jobs.TryUpdate(written.Value.Id, reading, known))
        {
            // Somebody began to read it meanwhile.
        }
    }

    private void MakeRoom()
    {
        if (_jobs.Count <= Most)
            return;
        foreach (var (id, reading) in _jobs)
        {
            if (!IsFresh(reading))
                _jobs.TryRemove(KeyValuePair.Create(id, reading));
        }

        if (_jobs.Count > Most)
            _jobs.Clear();
    }

    private sealed record Reading(long At, Lazy<Task<Stored<JobRecord>?>> Job);
}
