using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Functions.Jobs;

/// <summary>Waits for a job to change: at once where this process changes it, by a small read in growing intervals where
/// another does. A wait holds a timer, never a thread.</summary>
internal sealed class JobWatch : IDisposable
{
    private static readonly TimeSpan FirstInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LastInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<WorkId, Signal> _signals = [];
    private readonly JobStore _jobs;
    private readonly RecentJobs _recent;
    private readonly TimeProvider _time;

    public JobWatch(JobStore jobs, RecentJobs recent, TimeProvider time)
    {
        _jobs = jobs;
        _recent = recent;
        _time = time;
        jobs.Written += Notify;
    }

    /// <summary>Waits until a job is as wanted, or patience ends.</summary>
    /// <returns>The record as last seen.</returns>
    public async Task<Stored<JobRecord>> UntilAsync(
        Stored<JobRecord> job,
        Func<Stored<JobRecord>, bool> wanted,
        TimeSpan patience,
        CancellationToken cancel
    )
    {
        var deadline = _time.GetUtcNow() + patience;
        for (var interval = FirstInterval; !wanted(job); interval = interval * 1.5 < LastInterval ? interval * 1.5 : LastInterval)
        {
            var left = deadline - _time.GetUtcNow();
            if (left <= TimeSpan.Zero)
                return job;
            job = await ChangedAsync(job.Value.Id, interval < left ? interval : left, cancel)
                ?? await _recent.FindAsync(job.Value.Id, cancel)
                ?? job;
        }

        return job;
    }

    public void Dispose() => _jobs.Written -= Notify;

    private async Task<Stored<JobRecord>?> ChangedAsync(WorkId id, TimeSpan wait, CancellationToken cancel)
    {
        Task<Stored<JobRecord>> changed;
        lock (_gate)
        {
            if (!_signals.TryGetValue(id, out var signal))
                _signals[id] = signal = new Signal();
            signal.Waiting++;
            changed = signal.Source.Task;
        }

        try
        {
            return await changed.WaitAsync(wait, _time, cancel);
        }
        catch (TimeoutException)
        {
            return null;
        }
        finally
        {
            lock (_gate)
            {
                if (_signals.TryGetValue(id, out var signal) && signal.Source.Task == changed && --signal.Waiting == 0)
                    _signals.Remove(id);
            }
        }
    }

    private void Notify(Stored<JobRecord> written)
    {
        lock (_gate)
        {
            if (_signals.Remove(written.Value.Id, out var signal))
                signal.Source.SetResult(written);
        }
    }

    private sealed class Signal
    {
        public TaskCompletionSource<Stored<JobRecord>> Source { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Waiting { get; set; }
    }
}
