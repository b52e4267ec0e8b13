using System.Collections.Concurrent;
using RoadSeg.Work;

namespace RoadSeg.Functions.Jobs;

/// <summary>When the sweep looks next for uploads that it has looked for in vain: a resumable one is awaited for half a day, and the longer
/// it was, the less often it is looked for. Kept in memory alone: a process that starts looks for all of them once.</summary>
internal sealed class AwaitedUploads(TimeProvider time)
{
    private const int LooksAnAge = 16;

    // Such a job may have gone on, and need the sweep for something else.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<WorkId, DateTimeOffset> _notBefore = new();

    /// <summary>False for a job whose upload need not be looked for yet.</summary>
    public bool IsDue(WorkId id) => !_notBefore.TryGetValue(id, out var at) || time.GetUtcNow() >= at;

    /// <summary>Notes that a photo was not there: it is looked for after a sixteenth of the time that it has been awaited for, and after
    /// five minutes in any case.</summary>
    /// <param name="id">The job.</param>
    /// <param name="since">When the job was made.</param>
    /// <param name="until">When it expires, which is not missed.</param>
    public void Missed(WorkId id, DateTimeOffset since, DateTimeOffset until)
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
