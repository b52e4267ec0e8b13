using RoadSeg.Errors;
using RoadSeg.Models;
using RoadSeg.Registry;
using RoadSeg.Work;

namespace RoadSeg.Functions.Models;

/// <summary>Takes a version back by itself that fails on photos, which neither gate nor self-test foresaw: when it became live by a
/// promotion within the last hour and since then failed on at least five of the last twenty photos that this process ran on it, and on half
/// of them, the version before is made live.</summary>
internal sealed class RolloutWatch(Rollouts rollouts, ModelRegistry registry, TimeProvider time, ILogger<RolloutWatch> log)
{
    private const int Window = 20;
    private const int Failures = 5;
    private static readonly TimeSpan Watched = TimeSpan.FromHours(1);

    // Of the versions that ran last, jobs that name one by name among them.
    private const int Versions = 8;

    private readonly Lock _gate = new();
    private readonly List<(ModelPin Pin, List<Run> Runs)> _versions = [];

    /// <summary>Whether a failure of a run may be the version's fault.</summary>
    public static bool Blames(RoadSegException failure) => failure.Code == ErrorCodes.ModelInvalid || failure.Code == ErrorCodes.Internal;

    /// <summary>The version ran on a photo.</summary>
    public void Succeeded(ModelPin pin, WorkId job) => Note(pin, job, failed: false);

    /// <summary>The version failed on a photo. Throws nothing when the rollback itself fails: the next failure tries again.</summary>
    public async Task FailedAsync(ModelPin pin, WorkId job, CancellationToken cancel)
    {
        Note(pin, job, failed: true);
        if (!IsBad(pin, DateTimeOffset.MinValue))
            return;
        try
        {
            if (
                (await registry.LiveAsync(pin.Model, cancel))?.Value is not { History: [.., { Kind: "promote" } last] } live
                || live.Version != pin.Version
                || time.GetUtcNow() - last.At > Watched
                || !IsBad(pin, last.At)
            )
                return;
            Log.RollingBack(log, pin.Model, pin.Version);
            await rollouts.RollBackAsync(pin.Model, "automatic", cancel, pin.Version);
        }
#pragma warning disable CA1031 // The job's own failure is what its caller must hear of.
        catch (Exception e) when (!cancel.IsCancellationRequested)
#pragma warning restore CA1031
        {
            Log.RollbackFailed(log, pin.Model, pin.Version, e);
        }
    }

    private bool IsBad(ModelPin pin, DateTimeOffset since)
    {
        lock (_gate)
        {
            var runs = _versions.Find(version => version.Pin == pin).Runs.Where(run => run.At >= since).ToList();
            var bad = runs.Count(run => run.Failed);
            return bad >= Failures && 2 * bad >= runs.Count;
        }
    }

    // A photo counts once, however often its message comes.
    private void Note(ModelPin pin, WorkId job, bool failed)
    {
        lock (_gate)
        {
            var at = _versions.FindIndex(version => version.Pin == pin);
            var version = at < 0 ? (pin, []) : _versions[at];
            if (at >= 0)
                _versions.RemoveAt(at);
            else if (_versions.Count == Versions)
                _versions.RemoveAt(0);
            _versions.Add(version);
            version.Runs.RemoveAll(run => run.Job == job);
            version.Runs.Add(new Run(job, failed, time.GetUtcNow()));
            if (version.Runs.Count > Window)
                version.Runs.RemoveAt(0);
        }
    }

    private readonly record struct Run(WorkId Job, bool Failed, DateTimeOffset At);
}
