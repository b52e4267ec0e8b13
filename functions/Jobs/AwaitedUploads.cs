using System.Collections.Concurrent;
using RoadSeg.Work;

namespace RoadSeg.Functions.Jobs;

/// <summary>When the sweep looks next for uploads that it has looked for in vain: a resumable one is awaited for half a day, and the longer
/// it was, the less often it is looked for. Kept in memory alone: a process that starts looks for all of them once.</summary>
internal sealed class AwaitedUploads(TimeProvider time)
{
    private const int LooksAnAge = 16;

    private readonly ConcurrentDictionary<WorkId, DateTimeOffset> _notBefore = new();

    /// <summary>False for a job whose upload need not be looked for yet.</summary>
    public bool IsDue(WorkId id)
    {
        if (!_notBefore.TryGetValue(id, out var at))
            return true;
        if (time.GetUtcNow() < at)
            return false;
        _notBefore.TryRemove(id, out _);
        return true;
    }

    /// <summary>Notes that a photo was not there: it is looked for after a sixteenth of the time that it has been awaited for.</summary>
    /// <param name="id">The job.</param>
    /// <param name="since">When the job was made.</param>
    /// <param name="until">When it expires, which is not missed.</param>
    public void Missed(WorkId id, DateTimeOffset since, DateTimeOffset until)
    {
        var now = time.GetUtcNow();
        var next = now + (now - since) / LooksAnAge;
        _notBefore[id] = next < until ? next : until;
    }

    /// <summary>Forgets the jobs that are due, most of which have gone on meanwhile.</summary>
    public void Forget()
    {
        foreach (var id in _notBefore.Keys)
            IsDue(id);
    }
}
