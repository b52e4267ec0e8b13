using System.Collections.Concurrent;
using RoadSeg.Jobs;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Jobs;

/// <summary>Work on bulk jobs gives way: while an interactive job is under way in this process, which shares its cores with that work, one piece of each kind begins
/// a second; otherwise as many as there are. So a backlog goes on beside any load, and a photo finds the machine nearly its own (decision 0008).</summary>
internal sealed class BulkPace : IDisposable
{
    private static readonly TimeSpan Apart = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    // A job that did not move for so long waits for something else than this process.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<JobId, long> _interactive = new();
    private readonly JobStore _jobs;
    private readonly TimeProvider _time;

    public BulkPace(JobStore jobs, TimeProvider time)
    {
        _jobs = jobs;
        _time = time;
        (Preprocess, Segment) = (new Gate(this), new Gate(this));
        jobs.Written += Follow;
    }

    /// <summary>Passed before a bulk photo is prepared.</summary>
    public Gate Preprocess { get; }

    /// <summary>Passed before a bulk photo is segmented.</summary>
    public Gate Segment { get; }

    public void Dispose()
    {
        _jobs.Written -= Follow;
        Preprocess.Dispose();
        Segment.Dispose();
    }

    private void Follow(JobSnapshot written)
    {
        var job = written.Record;
        if (job.Lane != JobLane.Interactive)
            return;

        // A photo that an upload key awaits may take minutes to come, one in a body is there.
        if (job.State.IsTerminal() || (job.State == JobState.AwaitingUpload && job.Source.Container != Containers.Submitted))
            _interactive.TryRemove(job.Id, out _);
        else
            _interactive[job.Id] = _time.GetTimestamp();
    }

    private bool IsOthersTurn()
    {
        foreach (var (id, moved) in _interactive)
        {
            if (_time.GetElapsedTime(moved) < Quiet)
                return true;
            _interactive.TryRemove(KeyValuePair.Create(id, moved));
        }

        return false;
    }

    /// <summary>Bulk pieces of one kind pass one after the other.</summary>
    internal sealed class Gate(BulkPace pace) : IDisposable
    {
        private readonly SemaphoreSlim _first = new(1);
        private long? _passed;

        public async Task PassAsync(CancellationToken cancel)
        {
            await _first.WaitAsync(cancel);
            try
            {
                while (_passed is { } last && pace._time.GetElapsedTime(last) < Apart && pace.IsOthersTurn())
                    await Task.Delay(Look, pace._time, cancel);
                _passed = pace._time.GetTimestamp();
            }
            finally
            {
                _first.Release();
            }
        }

        public void Dispose() => _first.Dispose();
    }
}
