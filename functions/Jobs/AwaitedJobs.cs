using System.Collections.Concurrent;
using RoadSeg.Work;

namespace RoadSeg.Functions.Jobs;

/// <summary>When the sweep looks next at jobs that it has looked at in vain: a resumable upload is awaited for half a day, a photo behind
/// thousands of others for hours. The longer a job was awaited, the less often it is looked at. Kept in memory alone: a process that
/// starts looks at all of them once.</summary>
internal sealed class AwaitedJobs(TimeProvider time)
{
    private const int LooksAnAge = 16;

    // Such a job may have gone on, and need the sweep for something else.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<WorkId, DateTimeOffset> _notBefore = new();

    /// <summary>False for a job that need not be looked at yet.</summary>
    public bool IsDue(WorkId id) => !_notBefore.TryGetValue(id, out var at) || time.GetUtcNow() >= at;

    /// <summary>Notes that there was nothing to be done for a job: it is looked at after a sixteenth of the time that it has been awaited
    /// for, and after five minutes in any case.</summary>
    /// <param name="id">The job.</param>
    /// <param name="since">From when on it was awaited.</param>
    /// <param name="until">When it expires, which is not missed.</param>
    public void LookLater(WorkId id, DateTimeOffset since, DateTimeOffset until)
    {
        var now = time.GetUtcNow();
        var wait = (now - since) / LooksAnAge;
        var next = now + (wait < Longest ? wait : Longest);
        _notBefore[id] = next < until ? next : until;
    }

    /// <summary>Forgets the jobs that are due, most of which have gone on meanwhile.</summary>
    public void ForgetDue()
    {
        foreach (var id in _notBefore.Keys.Where(IsDue))
            _notBefore.TryRemove(id, out _);
    }
}
