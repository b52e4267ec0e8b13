using System.Collections.Concurrent;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Jobs;

/// <summary>Work on bulk jobs gives way: while an interactive job is under way in this process, which shares its cores with that work, few
/// pieces of each kind run at once, with a pause after each as long as it took; otherwise as many as there are. So a backlog goes on beside
/// any load, and a photo finds the machine nearly its own (decision 0008).</summary>
internal sealed class BulkPace : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    // A job that did not move for so long waits for something else than this process.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<WorkId, long> _interactive = new();
    private readonly JobStore _jobs;
    private readonly TimeProvider _time;
    private long _cleared;

    public BulkPace(JobStore jobs, TimeProvider time)
    {
        _jobs = jobs;
        _time = time;
        (Preprocess, Segment) = (new Gate(this, Math.Max(1, Environment.ProcessorCount / 2)), new Gate(this, 1));
        jobs.Written += Follow;
    }

    /// <summary>For preparing bulk photos: half of the cores at once.</summary>
    public Gate Preprocess { get; }

    /// <summary>For segmenting bulk photos where the model runs on the cores: one at once, which is what the model takes anyway.</summary>
    public Gate Segment { get; }

    public void Dispose()
    {
        _jobs.Written -= Follow;
        Preprocess.Dispose();
        Segment.Dispose();
    }

    /// <summary>An interactive photo is worked on from now: its record says so only when it is prepared.</summary>
    public void Begin(WorkId id) => _interactive[id] = _time.GetTimestamp();

    private void Follow(Stored<JobRecord> written)
    {
        var job = written.Value;
        if (job.Lane != WorkLane.Interactive)
        {
            // A heavy photo leaves the interactive lane.
            _interactive.TryRemove(job.Id, out _);
            return;
        }

        // A photo that an upload key awaits may take minutes to come, one in a body is there.
        if (job.State.IsTerminal() || (job.State == JobState.AwaitingUpload && job.Source.Container != Containers.Submitted))
            _interactive.TryRemove(job.Id, out _);
        else
            _interactive[job.Id] = _time.GetTimestamp();

        // Another process may end the job, and here there may never be bulk work that looks.
        if (_time.GetElapsedTime(Interlocked.Read(ref _cleared)) >= Quiet)
        {
            Interlocked.Exchange(ref _cleared, _time.GetTimestamp());
            foreach (var (id, moved) in _interactive)
            {
                if (_time.GetElapsedTime(moved) >= Quiet)
                    _interactive.TryRemove(KeyValuePair.Create(id, moved));
            }
        }
    }

    private bool MustGiveWay() => _interactive.Any(job => _time.GetElapsedTime(job.Value) < Quiet);

    /// <summary>Jobs that are remembered.</summary>
    internal int Followed => _interactive.Count;

    /// <summary>Slots of one kind of work.</summary>
    /// <param name="pace">Knows whether to give way.</param>
    /// <param name="atOnce">Pieces that may run at once then.</param>
    internal sealed class Gate(BulkPace pace, int atOnce) : IDisposable
    {
        private readonly SemaphoreSlim _first = new(1);
        private readonly Lock _gate = new();
        private int _running;
        private long _ended;
        private TimeSpan _pause;

        /// <summary>Waits for a slot; dispose it when the piece is done.</summary>
        public async Task<IDisposable> EnterAsync(CancellationToken cancel)
        {
            await _first.WaitAsync(cancel);
            try
            {
                while (!Begins())
                    await Task.Delay(Look, pace._time, cancel);
                return new Slot(this, pace._time.GetTimestamp());
            }
            finally
            {
                _first.Release();
            }
        }

        public void Dispose() => _first.Dispose();

        private bool Begins()
        {
            lock (_gate)
            {
                if (pace.MustGiveWay() && (_running >= atOnce || pace._time.GetElapsedTime(_ended) < _pause))
                    return false;
                _running++;
                return true;
            }
        }

        private void End(long began)
        {
            lock (_gate)
            {
                _running--;
                _ended = pace._time.GetTimestamp();
                var took = pace._time.GetElapsedTime(began, _ended);
                _pause = took < LongestPause ? took : LongestPause;
            }
        }

        private sealed class Slot(Gate gate, long began) : IDisposable
        {
            public void Dispose() => gate.End(began);
        }
    }
}
