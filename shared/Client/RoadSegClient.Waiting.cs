using System.Net.Http.Headers;
using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Client;

public sealed partial class RoadSegClient
{
    // Below the minute that the service waits at most and that proxies leave an idle connection.
    private static readonly TimeSpan LongPoll = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan DefaultPause = TimeSpan.FromSeconds(1);

    /// <summary>Waits until a job has ended, in whatever way: by long polls of half a minute.</summary>
    /// <param name="id">The job.</param>
    /// <param name="timeout">Gives up after this; null waits as long as it takes.</param>
    /// <param name="progress">Called with the job as first seen and whenever it has changed, which takes a call for each change.</param>
    /// <param name="cancel">Stops waiting; the job goes on.</param>
    /// <exception cref="TimeoutException">The job had not ended in time.</exception>
    public async Task<JobView> WaitAsync(
        WorkId id,
        TimeSpan? timeout = null,
        IProgress<JobView>? progress = null,
        CancellationToken cancel = default
    )
    {
        var began = _time.GetTimestamp();
        EntityTagHeaderValue? known = null;
        while (true)
        {
            var left = timeout - _time.GetElapsedTime(began) ?? TimeSpan.MaxValue;
            var first = progress is not null && known is null;
            var asked = _time.GetTimestamp();
            var wait =
                first ? TimeSpan.Zero
                : left < _pollWait ? left
                : _pollWait;
            var path = JobPath(id) + FormattableString.Invariant($"?wait={Math.Max(0, Math.Ceiling(wait.TotalSeconds)):F0}");
            var (job, etag, retryAfter) = await _calls.PollAsync(path, JobJson.Default.JobView, progress is null ? null : known, cancel);
            var changed = job is not null && !Equals(etag, known);
            if (changed)
                progress?.Report(job!);
            if (job?.State.IsTerminal() == true)
                return job;
            if (_time.GetElapsedTime(began) >= timeout)
                throw new TimeoutException(
                    $"Job {id} had not ended after {timeout.Value.TotalSeconds:F0} s. It goes on; ask for it again."
                );

            // Something in between answered without waiting: keep to the pace that the service asks for.
            var pause = (retryAfter ?? DefaultPause) - _time.GetElapsedTime(asked);
            if (!changed && pause > TimeSpan.Zero)
                await Task.Delay(pause, _time, cancel);
            known = etag;
        }
    }

    // Half of the caller's own bound leaves room for the answer to travel.
    private static TimeSpan LongestPoll(TimeSpan timeout) =>
        timeout > TimeSpan.Zero && timeout / 2 < LongPoll ? TimeSpan.FromSeconds(Math.Floor(timeout.TotalSeconds / 2)) : LongPoll;
}
